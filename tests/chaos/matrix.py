"""The matrix in lanes side by side: each lane has a database, a sandbox and a place in Redis of its own, and a process that drives it."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from helix.up.child import ROOT
from tests.chaos.cases import Case
from tests.chaos.outcome import Result
from tests.fakes.sandbox import start_sandbox
from tests.postgres.server import PostgresServer
from tests.rig.installation import Installation
from tests.rig.redis import Redis

LEASE = {"HELIX_LEASE_SECONDS": "2", "HELIX_ALLOW_PRIVATE_HOSTS": "127.0.0.1/32"}
CRASH_SAFE = "-c fsync=off -c max_connections=300"
"""A commit survives the end of the server, though not that of the machine."""
Tell = Callable[[str, Result], None]


@dataclass
class Grounds:
    """Where installations are made: a folder, a Redis if any, a PostgreSQL if any."""

    folder: Path
    redis: Redis | None
    postgres: PostgresServer | None

    def installation(self, stack: ExitStack, number: int, template: Installation) -> Installation:
        """A copy of the template's tables, beside a sandbox of its own."""
        folder = self.folder / f"lane-{number}"
        folder.mkdir()
        sandbox = start_sandbox(folder, output=subprocess.DEVNULL)
        stack.callback(sandbox.kill)
        redis = self.redis.url_of(number) if self.redis else template.redis_url
        url = ""
        if self.postgres:
            url = self.postgres.copy("template", f"lane_{number}")
        else:
            copyfile(template.folder / "helix.sqlite3", folder / "helix.sqlite3")
        return Installation(folder, redis, sandbox.url, url, LEASE)

    def template(self) -> Installation:
        """An installation with tables and nothing else."""
        folder = self.folder / "template"
        folder.mkdir()
        url = self.postgres.create("template") if self.postgres else ""
        nobody = "redis://127.0.0.1:1/0"
        installation = Installation(folder, self.redis.url if self.redis else nobody, "http://127.0.0.1:1", url, LEASE)
        installation.migrate()
        return installation


@contextmanager
def grounds(folder: Path, *, on_postgres: bool, with_redis: bool = True) -> Iterator[Grounds]:
    """The shared services, ended with the context."""
    with ExitStack() as stack:
        redis = server = None
        if with_redis:
            redis = Redis(folder)
            redis.start()
            stack.callback(redis.kill)
        if on_postgres:
            server = PostgresServer(CRASH_SAFE)
            stack.callback(server.remove)
            server.start()
            stack.callback(server.stop)
        yield Grounds(folder, redis, server)


def carry_out(place: Grounds, cases: Sequence[Case], tell: Tell, *, lanes: int, hands: bool = False) -> None:
    """Carry out the cases, dealt out over so many lanes; `tell` hears of each as it ends. RuntimeError when a lane breaks."""
    template, faults = place.template(), list[str]()
    lock = threading.Lock()

    def heard(name: str, result: Result) -> None:
        with lock:
            tell(name, result)

    with ExitStack() as stack:
        drivers = []
        for number in range(1, min(lanes, len(cases)) + 1):
            installation = place.installation(stack, number, template)
            drivers.append(_driver(installation, cases[number - 1 :: lanes], hands))
            stack.callback(drivers[-1].kill)
        threads = [threading.Thread(target=_listen, args=(driver, heard, faults)) for driver in drivers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if faults:
        raise RuntimeError("\n".join(faults))


def _driver(installation: Installation, cases: Sequence[Case], hands: bool) -> "subprocess.Popen[str]":
    parts = json.dumps([[case.point, case.deed, case.effect] for case in cases])
    command = [sys.executable, "-m", "tests.chaos.lane", *(["--hands"] if hands else []), parts]
    return subprocess.Popen(
        command, cwd=ROOT, env=installation.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _listen(driver: "subprocess.Popen[str]", heard: Tell, faults: list[str]) -> None:
    """Pass the lane's results on; keep its last words when it breaks."""
    assert driver.stdout
    assert driver.stderr
    words: list[str] = []
    reader = threading.Thread(target=lambda: words.extend(driver.stderr or ()))
    reader.start()
    with driver.stdout, driver.stderr:
        for line in driver.stdout:
            told = json.loads(line)
            heard(told["case"], Result(**told["result"]))
        reader.join()
    if driver.wait():
        faults.append(f"a lane broke ({driver.returncode}):\n{''.join(words[-30:])}")
