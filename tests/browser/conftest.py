"""The whole product, started as a person starts it (`manage.py up`), and Chromium in front of it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, StorageState, expect

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
expect.set_options(timeout=15_000)


@dataclass
class Product:
    """A running Helix: its sign-in link (good once), its addresses, and the sandbox's log."""

    link: str
    web: str
    sandbox: str
    data: Path
    output: list[str] = field(default_factory=list)

    def requests(self, path: str) -> list[dict[str, Any]]:
        """Requests with this path (`*`: all) that the sandbox received since the log was last cleared."""
        with urllib.request.urlopen(f"{self.sandbox}/_sandbox/requests?since=0") as answer:
            log = json.load(answer)
        found = log["requests"] if isinstance(log, dict) else log
        return [request for request in found if path in ("*", request["path"])]

    def faults(self, faults: list[dict[str, Any]]) -> None:
        """Make the sandbox misbehave; an empty list ends it."""
        body = json.dumps(faults).encode()
        request = urllib.request.Request(f"{self.sandbox}/_sandbox/faults", data=body, method="PUT")
        urllib.request.urlopen(request).close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    data = tmp_path_factory.mktemp("helix-data")
    # The environment of pytest (its settings, its database) is not the product's.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HELIX_", "DJANGO_", "DATABASE_", "REDIS_"))
    }
    # HTTP steps of these tests call the sandbox by this name; by its number it stays out of their reach.
    environment |= {"HELIX_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", "HELIX_ALLOW_PRIVATE_HOSTS": "localhost"}
    command = [sys.executable, "manage.py", "up", "--port", str(_free_port())]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            if "/sign-in/" in line:
                ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    if not ready.wait(START_SECONDS):
        process.kill()
        pytest.fail("Helix did not start:\n" + "".join(output))
    link = re.search(r"https?://\S+/sign-in/\S+", "".join(output))
    assert link is not None
    addresses = json.loads((data / "up.json").read_text())
    product = Product(link.group(), addresses["web"], addresses["sandbox"], data, output)
    _rest(product)
    yield product
    process.send_signal(signal.SIGINT)
    process.wait(30)
    reader.join(5)
    if process.stdout is not None:
        process.stdout.close()


def _rest(product: Product) -> None:
    """Wait until the example runs have made their calls: a fault that a test orders is for its own calls."""
    seen = [0]
    while not seen[-1] or len(set(seen[-6:])) > 1 or len(seen) < 6:
        time.sleep(0.5)
        seen.append(len(product.requests("*")))


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium when it is there, else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    browser = playwright.chromium.launch(
        executable_path=found,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    )
    yield browser
    browser.close()


VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture(scope="session")
def signed_in(product: Product, browser: Browser) -> StorageState:
    """The cookies of the owner, who followed the printed link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(product.link)
    expect(page).to_have_url(re.compile(r"/t/demo/flows/"))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(product: Product, browser: Browser, signed_in: StorageState) -> Iterator[Page]:
    """A page of the signed-in owner; at the end no error was in its console and no policy was violated."""
    context = browser.new_context(
        storage_state=signed_in, base_url=product.web, viewport={"width": 1440, "height": 900}
    )
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    violations = page.evaluate("window.violations || []")
    context.close()
    assert errors == []
    assert violations == []
