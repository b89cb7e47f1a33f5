"""A real Redis that a test may empty, freeze and stop, and gates that share it as worker processes do."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import redis

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.budget.calling import Calling
from helix.engine.budget.gate import Gate
from helix.teams.models import Team
from helix.up.broker import OwnRedis
from helix.up.child import Child
from helix.up.folder import DataFolder
from integrations.kit.limits import Rate

APP = Rate(10, 1, hard=True, scope="App API of the workspace")
TRACK = Rate(3000, 3)
BROADCAST = Rate(1, 10, hard=True)


class Queue:
    """One Redis process."""

    def __init__(self, folder: Path) -> None:
        self._data = DataFolder(folder)
        self._own = OwnRedis(self._data, "a-password")
        self._child: Child | None = None
        self.start()

    @property
    def url(self) -> str:
        return self._own.url

    def start(self) -> None:
        self._child = self._own.child()
        self._child.start()
        deadline = time.monotonic() + 10
        while not self._own.answers():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.end(5)
            self._child = None

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP freezes it, SIGCONT lets it go on."""
        assert self._child is not None and self._child.process is not None
        os.kill(self._child.process.pid, number)

    def as_before(self) -> None:
        """Running, whatever a test did."""
        if self._child is None:
            self.start()
        self.signal(signal.SIGCONT)

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def begun_long_ago(self) -> None:
        """As if this Redis had been there for an hour: a bucket at rest may call at once."""
        with redis.Redis.from_url(self.url) as client:
            client.set("helix:budget:began", time.time() - 3600)

    def close(self) -> None:
        self.stop()
        self._data.close()


@pytest.fixture(scope="module")
def queue_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    queue = Queue(Path(tmp_path_factory.mktemp("budget")) / "data")
    yield queue
    queue.close()


@pytest.fixture
def queue(queue_process: Queue) -> Iterator[Queue]:
    """A Redis that has been there for a while, and holds nothing."""
    queue_process.empty()
    queue_process.begun_long_ago()
    yield queue_process
    queue_process.as_before()


@pytest.fixture
def gates(queue: Queue) -> Iterator[Callable[[], Gate]]:
    """Makes gates, each as one worker process has it."""
    made: list[Gate] = []

    def make() -> Gate:
        made.append(Gate(queue.url, quiet_seconds=0.2))
        return made[-1]

    yield make
    for gate in made:
        gate.close()


@pytest.fixture
def team(transactional_db: None) -> Team:
    return Team.objects.create(slug="demo", name="Demo team")


@pytest.fixture
def connection(team: Team) -> Connection:
    return save_connection(team, name="production", region="eu", secrets={"app_key": "a-key-of-the-team-1234"})


Call = Callable[..., Calling]


@pytest.fixture
def calling(connection: Connection) -> Call:
    """A call through the team's connection: of the App API, by a flow of its own, unless said otherwise."""

    def calling(rate: Rate = APP, limit_class: str = "app", flow: UUID | None = None, priority: int = 0) -> Calling:
        return Calling(connection.team_id, connection.pk, limit_class, rate, flow or uuid4(), priority)

    return calling
