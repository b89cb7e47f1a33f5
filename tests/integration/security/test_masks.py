"""A viewer sees what flows and runs there are, and nothing of the people in them: no page or call of theirs holds a payload."""

import json
from typing import Any

import pytest
from django.utils import timezone

from helix.engine.models import Attempt, Item, Run, StepRun
from helix.flows.pins import pin
from helix.teams.roles import Ability, Role, may
from tests.integration.security.addresses import written
from tests.integration.security.table import CALLS, PAGES
from tests.integration.security.world import World

CANARY = "grace.hopper@payload.example"


@pytest.fixture
def full(world: World) -> World:
    """The canary is wherever the data of a run can be."""
    now, data = timezone.now(), {"data": {"email": CANARY}, "error": None, "successful": True}
    exchange = {
        "method": "POST", "url": f"https://track.customer.io/api/v1/customers/{CANARY}", "request_headers": {"x": CANARY},
        "request_body": json.dumps({"email": CANARY}), "status": 400, "response_headers": {"y": CANARY},
        "response_body": CANARY, "started_at": now.isoformat(), "duration_ms": 3,
    }  # fmt: skip
    for run in (world.run, world.ended):
        Run.objects.filter(pk=run.pk).update(payload={"email": CANARY}, result={"email": CANARY})
        for step in StepRun.objects.filter(run=run):
            StepRun.objects.filter(pk=step.pk).update(input={"email": CANARY}, output=data)
            Attempt.objects.create(
                step=step, number=1, outcome="failed", started_at=now, ended_at=now, exchanges=[exchange],
                error={"kind": "refused", "message": "Refused (400).", "hint": "", "status": 400},
            )  # fmt: skip
        Item.objects.create(run=run, loop="each", item_key="0", position=0, value={"email": CANARY})
    for row in (world.delivery, world.reported):
        row.body = json.dumps({"email": CANARY}).encode()
        row.headers, row.query = {"x": CANARY}, {"q": [CANARY]}
        row.save()
    pin(world.flow, "report", {"email": CANARY}, world.people[Role.EDITOR])
    return world


def text_of(answer: Any) -> str:
    body = (
        b"".join(answer.streaming_content)
        if answer.streaming and not answer.is_async
        else getattr(answer, "content", b"")
    )
    return body.decode("utf-8", "replace") + str(dict(answer.headers))


def test_no_page_or_call_of_a_viewer_holds_a_payload(full: World) -> None:
    looked, told = 0, []
    for route, rows in (PAGES | CALLS).items():
        for method, row in rows.items():
            if row.ability is None or route.startswith("live/") or route.endswith("team/leave/"):
                continue  # who has left sees nothing at all
            given: dict[str, Any] = {}
            if route in CALLS:
                given["headers"] = {"authorization": f"Bearer {full.tokens[Role.VIEWER]}"}
            if row.form is not None:
                given["data"] = row.form(full)
            elif row.json is not None:
                given |= {"data": json.dumps(row.json(full)), "content_type": "application/json"}
            answer = getattr(full.client(Role.VIEWER), method.lower())(written(route, full), **given)
            assert (answer.status_code < 400) == may(Role.VIEWER, row.ability), (route, answer.status_code)
            looked += 1
            if CANARY in text_of(answer):
                told.append(f"{method} {route}")

    assert told == []
    assert looked > 100


def test_an_operator_does_see_it(full: World) -> None:
    at = f"/t/{full.team.slug}/runs/{full.run.pk}/?step=report"

    assert CANARY in full.client(Role.OPERATOR).get(at).content.decode()
    assert may(Role.OPERATOR, Ability.OPERATE)
