"""The virtual environment and the locked packages in it.

uv does it in seconds; where uv cannot work (no wheel of it, a network that only pip is configured for) pip does the same
from the same locks. Every file is checked against its hash, and only ready-made wheels are taken: no compiler is needed.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helix.install.running import ROOT, VENV, CannotInstall, apt, can_apt, quietly, tell

PYTHON = VENV / "bin" / "python"
RUNTIME = "requirements.txt"
DEV = "requirements-dev.txt"
UV = "requirements-uv.txt"
OTEL = "requirements-otel.txt"
# pip's own settings under the names that uv reads: a mirror that pip knows serves both.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}


def bring_packages(*, dev: bool) -> None:
    """Make `.venv` hold the locked packages, and those of development when `dev`. Costs nothing when it does already."""
    locks = [RUNTIME, DEV] if dev else [RUNTIME]
    if all(_is_stamped(lock) for lock in locks):
        return
    with _alone():
        if not _works():
            _make()
        missing = [lock for lock in locks if not _is_stamped(lock)]
        if missing:
            tell(f"Installing {'the tools of the tests' if missing == [DEV] else 'the packages that Helix needs'} …")
            _install(missing)
            for lock in missing:
                _stamp(lock).write_text(_fingerprint(lock))


@contextmanager
def _alone() -> Iterator[None]:
    """One installation at a time; a second `make` waits for the first."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _stamp(lock: str) -> Path:
    return VENV / f"{Path(lock).stem}.installed"


def _fingerprint(lock: str) -> str:
    """Changes with the lock, with the Python, and when the folder is moved (scripts name their interpreter by path)."""
    parts = [sys.version, str(VENV).encode().hex(), (ROOT / lock).read_text()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _is_stamped(lock: str) -> bool:
    try:
        return _stamp(lock).read_text() == _fingerprint(lock) and PYTHON.exists()
    except OSError:
        return False


def _works() -> bool:
    """True when there is an environment of this Python, in this place."""
    ok, printed = quietly([PYTHON, "-c", "import sys; print(sys.version); print(sys.prefix)"])
    return ok and printed == f"{sys.version}\n{VENV}".strip() and (VENV / "bin" / "activate").exists()


def _make() -> None:
    ok, said = quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
    if not ok:
        raise CannotInstall(f"no virtual environment could be made in {VENV}:\n{said}")


def _pip() -> list[str | Path]:
    """A pip that installs into the environment: the system's, else the environment's own, brought when it must be."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    own: list[str | Path] = [PYTHON, "-m", "pip"]
    if quietly([*own, "--version"])[0] or quietly([PYTHON, "-m", "ensurepip"])[0]:
        return own
    if can_apt() and apt("python3-pip")[0]:
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    raise CannotInstall("this Python has no pip. On Debian or Ubuntu: sudo apt-get install python3-pip python3-venv")


def _install(locks: list[str]) -> None:
    wanted = [part for lock in locks for part in ("--requirement", lock)]
    safely = ["--require-hashes", "--only-binary", ":all:"]
    system_uv = shutil.which("uv")
    pip = [] if system_uv else _pip()
    uv: str | Path = system_uv or VENV / "bin" / "uv"
    if not system_uv:
        quietly([*pip, "install", "--quiet", *safely, "--requirement", UV])
    settings = _uv_settings(pip) if pip else {}
    if quietly([uv, "pip", "install", "--system-certs", "--python", PYTHON, *safely, *wanted], more=settings)[0]:
        return
    tell("uv cannot work here; pip does it, which takes a little longer …")
    ok, said = quietly([*(pip or _pip()), "install", "--no-input", "--progress-bar", "off", *safely, *wanted])
    if not ok:
        raise CannotInstall(f"{_advice(said)}\nWhat pip said last:\n{said}")


def _uv_settings(pip: list[str | Path]) -> dict[str, str]:
    """What pip is configured with, for uv, where the environment does not say otherwise. Patience is short: pip is next."""
    settings = {"UV_HTTP_RETRIES": "1", "UV_NO_CONFIG": "1"}
    ok, printed = quietly([*pip, "config", "list"])
    for line in printed.splitlines() if ok else ():
        name, _, value = line.partition("=")
        variable = PIP_TO_UV.get(name.strip().removeprefix(":env:.").split(".")[-1])
        if variable:
            settings[variable] = value.strip().strip("'\"").replace("\\n", " ")
    return {name: value for name, value in settings.items() if name not in os.environ}


def _advice(said: str) -> str:
    """One sentence for what pip could not do."""
    if "No matching distribution" in said or "no such option: --python" in said:
        machine = json.dumps(f"Python {sys.version.split()[0]} on {os.uname().sysname} {os.uname().machine}")
        return f"there is no ready-made package for {machine}. Use Python 3.11 to 3.13 on Linux (glibc) or macOS."
    if "HASHES" in said or "hash" in said.lower():
        return "a downloaded package is not the one that was locked. Ask who runs the package mirror, and do not go on."
    if "No space left" in said:
        return "the disk is full."
    return "the packages could not be downloaded. Look at the network, or at pip's settings (pip config list)."
