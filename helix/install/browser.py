"""A Chromium that Playwright can drive, for the browser tests."""

import shutil
from collections.abc import Callable

from helix.install.running import VENV, CannotInstall, apt, can_apt, quietly, tell

NAMES = ("chromium", "chromium-browser")
DRIVER = VENV / "bin" / "playwright"
OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch(args=["--no-sandbox"]).close()
"""


def bring_browser() -> None:
    """Make sure that a Chromium starts and that Playwright's driver runs; installs both where that is possible."""
    if _is_there():
        return
    tell("Installing Chromium for the browser tests …")
    tries: list[tuple[bool, Callable[[], tuple[bool, str]]]] = [
        # libatomic1: Playwright's own node needs it, and a bare Debian has none.
        (can_apt(), lambda: apt("chromium", "libatomic1")),
        (True, lambda: quietly([DRIVER, "install", "chromium"])),
    ]
    said = ""
    for possible, bring in tries:
        if possible:
            _, said = bring()
            if _is_there():
                return
    raise CannotInstall(
        "the browser tests need Chromium and libatomic, and neither apt-get nor Playwright could bring them. "
        f"On Debian: sudo apt-get install chromium libatomic1\nWhat was said last:\n{said}"
    )


def _is_there() -> bool:
    if not quietly([DRIVER, "--version"])[0]:
        return False
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return quietly([found, "--version"])[0] if found else quietly([VENV / "bin" / "python", "-c", OWN])[0]
