"""A team with a connection to a real sandbox process, and the engine driven by hand: `work()` is what a worker does."""

from collections.abc import Callable
from typing import Any

import pytest

from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.engine.budget.pace import Pace
from helix.engine.models import Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.ids import new_id
from helix.teams.models import Member, Team, User
from helix.teams.roles import Role
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.fakes.sandbox import SandboxProcess


@pytest.fixture
def team(transactional_db: None) -> Team:
    owner = User.objects.create_user("alice@example.com", name="Alice")
    team = Team.objects.create(slug="demo", name="Demo team")
    Member.objects.create(team=team, user=owner, role=Role.OWNER)
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=owner)
    return team


@pytest.fixture(autouse=True)
def as_fast_as_can_be(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox takes calls as they come, so no test but those of the budget waits for its turn."""
    if "budget" not in str(request.path):
        monkeypatch.setattr(Pace, "of", classmethod(lambda cls, rate: cls(0.0001)))


Begin = Callable[..., Run]


@pytest.fixture
def begin(team: Team, sandbox: SandboxProcess) -> Begin:
    """Publishes a graph given in short and starts a run of it: begin(nodes, edges, payload)."""

    def begin(nodes: list[dict[str, Any]], edges: list[str], payload: dict[str, Any] | None = None) -> Run:
        flow = create_flow(team, "Tested flow", graph_text(nodes, edges))
        version = publish(flow, None)
        return start(version, cause=Cause.TEST, key=str(new_id()), payload=payload or {})

    return begin


def states(run: Run) -> dict[str, str]:
    """The state of each step."""
    return dict(StepRun.objects.filter(run=run).values_list("node", "state"))


def step(run: Run, node: str) -> StepRun:
    return StepRun.objects.get(run=run, node=node)


def output(run: Run, node: str) -> dict[str, Any]:
    """The envelope that a step left."""
    found = step(run, node).output
    assert found is not None
    envelope: dict[str, Any] = found
    return envelope


@pytest.fixture
def plain_run(team: Team) -> Callable[..., Run]:
    """A run that nobody has carried yet, of a flow that calls nobody: plain_run(payload)."""
    flow = create_flow(team, "Plain flow", graph_text(PLAIN, ["go>one", "one>two"]))
    version = publish(flow, None)

    def plain_run(payload: dict[str, Any] | None = None) -> Run:
        return start(version, cause=Cause.TEST, key=str(new_id()), payload=payload or {})

    return plain_run


PLAIN: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}},
    {"key": "two", "type": "logic.set", "config": {"values": {"n": 2}}},
]
