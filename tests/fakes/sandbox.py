"""The shipped sandbox as a process of its own, for tests."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class SandboxProcess:
    """A running sandbox. Control calls are plain HTTP, as any outsider would make them."""

    url: str
    port: int
    process: "subprocess.Popen[bytes]"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A control call; its JSON answer, or None."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"requests?since={since}")["requests"]
        return found

    def faults(self, faults: list[dict[str, Any]]) -> None:
        self.call("PUT", "faults", faults)

    def settings(self, **settings: Any) -> None:
        self.call("PUT", "settings", settings)

    def reset(self) -> None:
        self.call("POST", "reset")

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "state")
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start_sandbox(folder: Path, *extra: str, scheme: str = "http") -> SandboxProcess:
    """Start a sandbox whose state is kept in the folder, and wait until it answers."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "integrations.customerio.sandbox",
        "--port",
        str(port),
        "--state",
        str(folder / "sandbox.json"),
        *extra,
    ]
    process = subprocess.Popen(command, cwd=ROOT)
    sandbox = SandboxProcess(f"{scheme}://127.0.0.1:{port}", port, process)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return sandbox
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("the sandbox did not start")
