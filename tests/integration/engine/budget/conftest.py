"""Gates that share one Redis, as worker processes do."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.budget.calling import Calling
from helix.engine.budget.gate import Gate
from helix.teams.models import Team
from integrations.kit.limits import Rate
from tests.fakes.queue import Queue

APP = Rate(10, 1, hard=True, scope="App API of the workspace")
TRACK = Rate(3000, 3)
BROADCAST = Rate(1, 10, hard=True)


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
