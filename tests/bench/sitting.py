"""One sitting: the services that every side of a comparison shares, and the measurements as processes of their own."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from helix.up.child import ROOT
from helix.up.ports import any_free
from tests.bench.measure import Figure, Meter
from tests.postgres.server import PostgresServer
from tests.rig.installation import Installation, wait_until
from tests.rig.process import Process, start
from tests.rig.redis import Redis

SLOW_SECONDS = 0.1
WORKERS, THREADS = 2, 16
DURABLE = "-c shared_buffers=512MB -c max_connections=300 -c max_wal_size=4GB -c track_commit_timestamp=on"
"""As an installation would set it: every commit is flushed."""


class Sitting:
    """A PostgreSQL, a Redis and two stubs of our own, and what was measured."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.folder, self.figures, self._stack = folder, list[Figure](), stack
        self.redis = Redis(folder)
        self.redis.start()
        stack.callback(self.redis.kill)
        self.postgres = PostgresServer(DURABLE)
        stack.callback(self.postgres.remove)
        self.postgres.start()
        stack.callback(self.postgres.stop)
        self.stub, self.stub_url = self._stub(0)
        self.slow, self.slow_url = self._stub(SLOW_SECONDS)

    def _stub(self, delay: float) -> tuple[Process, str]:
        port = any_free()
        command = [sys.executable, "-m", "tests.bench.stub", "--port", port, "--delay", delay]
        process = start("stub", command, self.folder / f"stub-{port}.log")
        self._stack.callback(process.kill)
        wait_until(lambda: _listens(port), 10, "the stub answers")
        return process, f"http://127.0.0.1:{port}"

    def add(self, *figures: Figure) -> None:
        """Keep these and say them."""
        self.figures += figures
        for figure in figures:
            print(f"  {figure.name:<34} {figure.value:>12,.2f} {figure.unit:<9} {_words(figure)}", flush=True)

    def value(self, name: str) -> float | None:
        return next((figure.value for figure in self.figures if figure.name == name), None)

    def measure(self, module: str, *arguments: object, environment: dict[str, str]) -> Any:
        """Run a measurement as a process of its own; the JSON that it prints last."""
        command = [sys.executable, "-m", module, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False, text=True)
        if done.returncode:
            raise RuntimeError(f"{module} failed ({done.returncode}); its lines are above, its files in {self.folder}")
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def helix(self, name: str, *, on_postgres: bool, slow: bool = False, web: bool = False) -> Iterator["Running"]:
        """An installation with its workers and scheduler under way, its tables made."""
        folder = self.folder / name
        folder.mkdir()
        url = self.database(name) if on_postgres else ""
        stub = self.slow_url if slow else self.stub_url
        installation = Installation(folder, self.redis.url_of(5), stub, url)
        installation.migrate()
        with ExitStack() as stack:
            groups: dict[str, list[Process]] = {"workers": [installation.worker(THREADS) for _ in range(WORKERS)]}
            groups["scheduler"] = [installation.scheduler()]
            if web:
                groups["web"] = [installation.web(any_free())]
            for process in [process for group in groups.values() for process in group]:
                stack.callback(process.stop)
            yield Running(self, installation, groups)

    def database(self, name: str) -> str:
        """A fresh database of the server; its DATABASE_URL."""
        return self.postgres.create(name)


class Running:
    """An installation under way."""

    def __init__(self, sitting: Sitting, installation: Installation, groups: dict[str, list[Process]]) -> None:
        self.installation, self.groups, self._sitting = installation, groups, sitting

    @property
    def pids(self) -> dict[str, list[int]]:
        found = {name: [process.pid for process in group] for name, group in self.groups.items()}
        if self.installation.database_url:
            found["postgres"] = [self._sitting.postgres.pid]
        assert self._sitting.redis.process
        return found | {"redis": [self._sitting.redis.process.pid]}

    def measure(self, module: str, *arguments: object) -> Any:
        """Run a measurement inside the installation's environment."""
        self._check()
        stubs = [self._sitting.stub.pid, self._sitting.slow.pid]
        environment = self.installation.environment(BENCH_PIDS=json.dumps(self.pids | {"stub": stubs}))
        found = self._sitting.measure(module, *arguments, environment=environment)
        self._check()
        return found

    def _check(self) -> None:
        for process in [process for group in self.groups.values() for process in group]:
            if process.code is not None:
                raise RuntimeError(f"{process.name} ended ({process.code}):\n{process.last_lines()}")


def ceiling(sitting: Sitting, seconds: float = 2.0) -> None:
    """How many requests a second the stub can answer: it must not be what is measured."""
    import asyncio

    import uvloop

    request = b"POST /step HTTP/1.1\r\nhost: stub\r\ncontent-length: 2\r\n\r\n{}"

    async def hammer(port: int, until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = 0
        while time.monotonic() < until:
            writer.write(request)
            if not await reader.read(4096):
                raise RuntimeError("the stub closed a connection")
            number += 1
        writer.close()
        return number

    async def all_of_them(port: int) -> int:
        until = time.monotonic() + seconds
        return sum(await asyncio.gather(*[hammer(port, until) for _ in range(16)]))

    meter = Meter(stub=[sitting.stub.pid])
    answered = uvloop.run(all_of_them(int(sitting.stub_url.rsplit(":", 1)[1])))
    cost = meter.per_step(answered)["cpu_parts"]["stub"]
    how = f"16 connections, one client process; {cost * 1000:.0f} us of processor time a request"
    sitting.add(Figure("stub.ceiling", round(answered / seconds), "requests/s", how))


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.3).close()
    except OSError:
        return False
    return True


def _words(figure: Figure) -> str:
    parts = figure.detail.get("cpu_parts")
    return f"{figure.how}; CPU ms/step {parts}, others took {figure.detail['others']} %" if parts else figure.how


@contextmanager
def sitting() -> Iterator[Sitting]:
    """All services, in a folder that goes away with them."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="helix-bench-", ignore_cleanup_errors=True))
        )
        yield Sitting(stack, folder)
