"""The shipped sandbox as a process of its own, for tests. Nothing of it is faked: this starts it and talks to it."""

import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
TRIES = 3


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _opener() -> urllib.request.OpenerDirector:
    """No proxy, and any certificate: it is our own."""
    trusting = ssl._create_unverified_context()
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting), _Stay()
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect is an answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class SandboxProcess:
    """A running sandbox. Control calls are plain HTTP, as any outsider would make them."""

    url: str
    port: int
    process: "subprocess.Popen[bytes]"
    _open: Any = field(default_factory=_opener, repr=False)

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, seconds: float = 10
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Any call: status, answer (JSON, else text; None for nothing) and headers. Raises OSError when it is broken off."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=data, method=method, headers=dict(headers or {}))
        try:
            with self._open.open(request, timeout=seconds) as answer:
                status, text, found = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, text, found = error.code, error.read(), error.headers
        try:
            return status, json.loads(text) if text else None, found
        except ValueError:
            return status, text.decode("utf-8", "replace"), found

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A control call that must succeed; its JSON answer, or None."""
        status, answer, _ = self.send(method, f"/_sandbox/{path}", body)
        assert status < 400, f"{method} {path}: {status} {answer}"
        return answer

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """Every request received after that number, oldest first."""
        found: list[dict[str, Any]] = self.call("GET", f"requests?since={since}")["requests"]
        return found

    def faults(self, faults: list[dict[str, Any]]) -> None:
        self.call("PUT", "faults", faults)

    def settings(self, **settings: Any) -> None:
        self.call("PUT", "settings", settings)

    def clock(self, offset_seconds: float) -> None:
        """Put the sandbox's clock so far ahead of the real one."""
        self.call("PUT", "clock", {"offset_seconds": offset_seconds})

    def reset(self) -> None:
        """The seeded workspace, an empty log, no faults, the first settings."""
        self.call("POST", "reset")

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "state")
        return found

    def stop(self) -> int:
        """End it as a supervisor does (SIGTERM); its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(10)


def start_sandbox(
    folder: Path, *extra: str, scheme: str = "http", output: int | None = None, port: int | None = None
) -> SandboxProcess:
    """Start a sandbox whose state is kept in the folder, and wait until it answers. `extra`: more arguments."""
    for _ in range(TRIES):  # another process may take the free port first
        sandbox = _start(folder, extra, scheme, output, port or free_port())
        if sandbox is not None:
            return sandbox
    raise RuntimeError("the sandbox did not start")


def _start(folder: Path, extra: tuple[str, ...], scheme: str, output: int | None, port: int) -> SandboxProcess | None:
    state = str(folder / "sandbox.json")
    command = [sys.executable, "-m", "integrations.customerio.sandbox", "--port", str(port), "--state", state, *extra]
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    sandbox = SandboxProcess(f"{scheme}://127.0.0.1:{port}", port, process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if sandbox.send("GET", "/healthz", seconds=1)[0] == 200 and process.poll() is None:
                return sandbox
        except OSError:
            time.sleep(0.05)
    process.kill()
    process.wait()
    return None
