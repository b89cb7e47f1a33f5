"""Running another program, quietly, and the one sentence for when it fails."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LAST_LINES = 12


class CannotInstall(Exception):
    """Something cannot be brought; the text says what, why, and what to do."""


def tell(text: str) -> None:
    print(text, flush=True)


def quietly(command: Sequence[str | Path], *, more: Mapping[str, str] | None = None) -> tuple[bool, str]:
    """Run it with its output kept: (did it succeed, its last lines). A program that is not there has failed."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **(more or {})},
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            errors="replace",
        )
    except OSError as error:
        return False, f"{command[0]}: {error.strerror}"
    return done.returncode == 0, "\n".join(done.stdout.strip().splitlines()[-LAST_LINES:])


def can_apt() -> bool:
    """True when Debian packages may be installed from here without asking anybody."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*packages: str) -> tuple[bool, str]:
    """Install Debian packages; (did it succeed, its last lines)."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    quietly(["apt-get", "update", "-qq"], more=quiet)
    return quietly(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], more=quiet)
