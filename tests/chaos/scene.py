"""What every case plays on: a team with a connection to the sandbox, and flows with a step of each class."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.engine.models import Run
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.flows.drafts import create_flow
from helix.flows.models import FlowVersion
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import NotPublishable, publish
from tests.build import graph_text
from tests.chaos.effects import PATIENT, Effect, effects


def team() -> Team:
    """The team, made once."""
    found, made = Team.objects.get_or_create(slug="chaos", defaults={"name": "Chaos"})
    if made:
        save_connection(found, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    return found


def version(name: str, *nodes: dict[str, Any]) -> FlowVersion:
    """A published flow of these steps in a row."""
    row = [{"key": "begin", "type": "trigger.manual"}, *nodes]
    edges = [f"{a['key']}>{b['key']}" for a, b in pairwise(row)]
    return publish(create_flow(team(), name, graph_text(row, edges)), None)


def step(effect: Effect, key: str, connection: str = "sandbox") -> dict[str, Any]:
    """A step of the class, which does not wait long before it tries again."""
    return {"key": key, "retry": PATIENT, "connection": connection, **effect.node()}


def fresh_connection() -> str:
    """A connection that has called nobody yet, so that a broadcast through it need not keep a distance from the last one."""
    name = f"sandbox-{new_id().hex[-8:]}"
    save_connection(team(), name=name, region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    return name


def begin(of: FlowVersion, key: str = "") -> Run:
    """A run of it; the same key never begins a second one."""
    return start(of, cause=Cause.API, key=key or str(new_id()), payload={})


def carried() -> Mapping[str, Effect]:
    """The classes whose steps this Helix carries: a step type may be known before its work is. One run of each is carried here."""
    found = {}
    for name, effect in effects().items():
        try:
            run = begin(version(f"Probe {name}", step(effect, "effect", fresh_connection())))
        except NotPublishable:
            continue
        work()
        run.refresh_from_db(fields=["state"])
        if run.state == RunState.SUCCEEDED:
            found[name] = effect
    return found
