"""A team with flows whose runs are written as they would have ended."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helix.engine.models import Run, StepRun
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import publish
from tests.build import cast, graph_text

NODES: list[dict[str, Any]] = [
    {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "work", "type": "logic.stop", "name": "Work", "config": {}},
]
START = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    return cast("counted")[0]


@pytest.fixture
def flows(team: Team) -> list[Flow]:
    found = []
    for name in ("Nightly", "Leads"):
        flow = create_flow(team, name, graph_text(NODES, ["by_hand>work"]), None)
        publish(flow, None, "")
        flow.refresh_from_db()
        found.append(flow)
    return found


def ended(flow: Flow, state: str, at: datetime, seconds: float = 1.0, cause: str = Cause.MANUAL) -> Run:
    """A run that ended so, with one step."""
    assert flow.published is not None
    run = Run.objects.create(
        team=flow.team, flow=flow, version=flow.published, state=state, cause_kind=cause, cause_key=str(new_id()),
        entry="by_hand", created_at=at - timedelta(seconds=seconds), started_at=at - timedelta(seconds=seconds),
        ended_at=at,
    )  # fmt: skip
    StepRun.objects.create(
        run=run, team=flow.team, node="work", state="failed" if state == "failed" else "succeeded", attempts_made=1,
        idempotency_key="", started_at=run.started_at, ended_at=at,
    )  # fmt: skip
    return run


@pytest.fixture
def many(flows: list[Flow]) -> Callable[[int], list[Run]]:
    """So many random runs."""
    chance = random.Random(7)

    def make(number: int) -> list[Run]:
        return [
            ended(
                chance.choice(flows),
                chance.choice(("succeeded", "succeeded", "failed", "cancelled", "timed_out")),
                START + timedelta(seconds=chance.randrange(200_000)),
                chance.choice((0.0002, 0.04, 1.5, 90, 4000)),
                chance.choice((Cause.MANUAL, Cause.SCHEDULE, Cause.TEST)),
            )
            for _ in range(number)
        ]

    return make
