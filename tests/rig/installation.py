"""One installation of Helix: where its database, queue and sandbox are, and its processes as the supervisor starts them."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from helix.up.child import ROOT
from tests.rig.process import Process, start

SECRET_KEY = "a key of the benchmarks and fault tests, which opens nothing else"
VAULT_KEYS = "rig:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass
class Installation:
    """`database_url` empty: SQLite in the folder."""

    folder: Path
    redis_url: str
    sandbox_url: str
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)  # more of the environment, for every process
    root: Path = ROOT  # the Helix that its processes run
    _started: int = 0

    @classmethod
    def of_this_process(cls) -> "Installation":
        """The installation in whose environment this process runs."""
        folder, redis, sandbox = (os.environ[name] for name in ("HELIX_DATA_DIR", "REDIS_URL", "HELIX_SANDBOX_URL"))
        others = ("HELIX_SECRET_KEY", "HELIX_VAULT_KEYS", "HELIX_DATA_DIR", "HELIX_SANDBOX_URL")
        settings = {k: v for k, v in os.environ.items() if k.startswith("HELIX_") and k not in others}
        return cls(Path(folder), redis, sandbox, os.environ.get("DATABASE_URL", ""), settings)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of its processes: nothing of the caller's own installation is seen."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HELIX_")}
        return {
            **plain,
            "DJANGO_SETTINGS_MODULE": "helix.settings",
            "HELIX_DATA_DIR": str(self.folder),
            "HELIX_SECRET_KEY": SECRET_KEY,
            "HELIX_VAULT_KEYS": VAULT_KEYS,
            "HELIX_SANDBOX_URL": self.sandbox_url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            **self.settings,
            **more,
        }

    def begin(self, name: str, *command: object, **more: str) -> Process:
        """Start a process of the installation."""
        self._started += 1
        log = self.folder / f"{name}-{self._started}.log"
        return start(name, [sys.executable, *command], log, self.environment(**more), self.root)

    def run(self, name: str, *command: object, **more: str) -> str:
        """Run a command of the installation to its end; its last lines. RuntimeError when it fails."""
        process = self.begin(name, *command, **more)
        code = process.popen.wait()
        if code:
            raise RuntimeError(f"{name} failed ({code}); see {process.log}:\n{process.last_lines()}")
        return process.last_lines()

    def migrate(self) -> None:
        """Make the tables."""
        self.run("migrate", "manage.py", "migrate", "--verbosity", "0")

    def worker(self, threads: int = 16, **more: str) -> Process:
        """A worker process; it may need a second or two until it takes work (see `ready`)."""
        celery = ("-m", "celery", "--quiet", "-A", "helix.celery", "worker", "-P", "threads", "-l", "warning")
        name = f"rig-{os.getpid()}-{self._started}@localhost"
        return self.begin(
            "worker", *celery, "-c", threads, "-n", name, *ALONE, **{"HELIX_WORKER_THREADS": str(threads), **more}
        )

    def scheduler(self) -> Process:
        return self.begin("scheduler", "manage.py", "scheduler")

    def web(self, port: int) -> Process:
        return self.begin("web", "-m", "helix.up.web", "--port", port)


def wait_until(true: Callable[[], object], seconds: float, what: str, pause: float = 0.05) -> None:
    """Call until it gives something true; RuntimeError with `what` when that takes too long."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise RuntimeError(f"after {seconds:g} s still not: {what}")
        time.sleep(pause)
