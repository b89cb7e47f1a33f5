"""An installation of Helix apart from the tests' own: a data folder, a database, and processes that are ended with it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.fakes.sandbox import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
VAULT_KEY = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
Process = subprocess.Popen[bytes]
SCRIPT_SECONDS = 60
SETTINGS = (
    "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'helix.settings'); import django; django.setup()\n"
)


@dataclass
class Installation:
    """Commands run with the settings of this installation."""

    folder: Path
    environment: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    def run(self, script: str) -> Any:
        """Run Python with Django set up; what it prints as JSON."""
        done = subprocess.run(
            [sys.executable, "-c", SETTINGS + script], cwd=ROOT, env=self.environment, capture_output=True, check=False,
            timeout=SCRIPT_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout) if done.stdout.strip() else None

    def start(self, *command: str) -> Process:
        """Start a process of this Python: start("manage.py", "scheduler")."""
        log = (self.folder / "processes.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def serve(self, *more: str) -> str:
        """Start the web server as in production; its address, once it answers."""
        port = str(free_port())
        quiet = ("--log-level", "warning", "--no-access-log", "--no-proxy-headers")
        self.start(
            "-m",
            "uvicorn",
            "helix.asgi:application",
            "--http",
            "helix.heads:Protocol",
            "--host",
            "127.0.0.1",
            "--port",
            port,
            *quiet,
            *more,
        )
        address, until = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return address
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")

    def log(self) -> str:
        """What the processes have printed."""
        return (self.folder / "processes.log").read_text(errors="replace")

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def kill(process: Process) -> None:
    """End a process as a power cut does."""
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@contextlib.contextmanager
def installation(folder: Path, database_url: str = "", **more: str) -> Iterator[Installation]:
    """A migrated installation, on SQLite in the folder or on a new database of the PostgreSQL server of the URL."""
    with bare(folder, database_url, **more) as made:
        made.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")
        yield made


@contextlib.contextmanager
def bare(folder: Path, database_url: str = "", **more: str) -> Iterator[Installation]:
    """An installation without any table."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HELIX_", "DJANGO_", "DATABASE_"))
    }
    with _database(database_url) as url:
        environment = {
            **kept, "HELIX_DATA_DIR": str(folder), "HELIX_SECRET_KEY": "a key of the tests, which opens nothing else",
            "HELIX_VAULT_KEYS": VAULT_KEY, "REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": url, "PYTHONPATH": str(ROOT), **more,
        }  # fmt: skip
        made = Installation(folder, environment)
        try:
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def _database(server: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    name = f"apart_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(server)
    with psycopg.connect(server.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
