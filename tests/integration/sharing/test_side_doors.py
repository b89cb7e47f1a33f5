"""Ways round the doors of a flow for chosen people: steps that call it, flows that hear of its failures, templates of it."""

import json
from typing import Any

import pytest

from helix.engine.models import Run
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.flows.drafts import create_flow, recheck
from helix.flows.models import Flow, FlowGrant
from helix.gallery.models import TeamTemplate
from helix.teams.roles import Role
from helix.teams.sharing import Level
from helix.triggers.byhand import NotRunnable
from helix.triggers.failed import tell_of_failure
from helix.triggers.publish import NotPublishable, publish
from helix.triggers.testing import Wanted, start_test
from tests.build import graph
from tests.integration.security.world import World
from tests.integration.sharing.conftest import CANARY

FIELD = "launch_code"


@pytest.fixture
def called(world: World) -> Flow:
    """A flow for chosen people that other flows may call."""
    nodes: list[dict[str, Any]] = [
        {"key": "asked", "type": "trigger.called", "config": {"fields": [{"name": FIELD, "type": "text", "required": True}]}},
        {"key": "end", "type": "logic.stop", "config": {"outcome": "succeed", "values": {"launched": True}}},
    ]  # fmt: skip
    flow = create_flow(world.team, CANARY, json.dumps(graph(nodes, ["asked>end"])), world.people[Role.OWNER])
    publish(flow, world.people[Role.OWNER])
    Flow.objects.filter(pk=flow.pk).update(restricted=True)
    return flow


def calling(world: World, called: Flow, given: dict[str, Any]) -> Flow:
    nodes: list[dict[str, Any]] = [
        {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}},
        {"key": "go", "type": "logic.run_flow", "config": {"flow": str(called.pk), "input": given}},
    ]
    drawn = json.dumps(graph(nodes, ["by_hand>go"]))
    return create_flow(world.team, "Calls it", drawn, world.people[Role.EDITOR])


@pytest.mark.parametrize("level", [None, Level.VIEW])
def test_nobody_publishes_or_tests_a_call_of_a_flow_that_they_may_not_run(
    world: World, called: Flow, level: Level | None
) -> None:
    if level:
        FlowGrant.objects.create(flow=called, user=world.people[Role.EDITOR], level=level)
    mine, me = calling(world, called, {FIELD: "1"}), world.people[Role.EDITOR]

    with pytest.raises(NotPublishable) as refused:
        publish(mine, me)
    with pytest.raises(NotRunnable, match="cannot be called"):
        start_test(mine, Wanted(), me)
    assert [problem["code"] for problem in refused.value.problems] == ["flow_not_callable"]
    assert not Run.objects.filter(flow=mine).exists()

    FlowGrant.objects.update_or_create(flow=called, user=me, defaults={"level": Level.RUN})
    assert publish(mine, me).number == 1


def test_no_problem_of_a_draft_tells_what_a_hidden_flow_asks_for(world: World, called: Flow) -> None:
    mine = calling(world, called, {"guess": "1"})
    client = world.client(Role.EDITOR)
    at = f"/t/mine/flows/{mine.pk}"
    sent = json.dumps({"graph": json.loads(mine.draft)})
    told = [
        client.post(f"{at}/check/", sent, content_type="application/json").content.decode(),
        client.get(f"{at}/").content.decode(),
        json.dumps(recheck(mine, world.people[Role.EDITOR])),
        json.dumps(recheck(mine)),
        json.dumps(Flow.objects.get(pk=mine.pk).problems),
    ]
    assert not any(FIELD in text or CANARY in text for text in told)
    assert FIELD in json.dumps(recheck(mine, world.people[Role.OWNER])), "whoever sees it is told what it lacks"


def listener(world: World, name: str, role: Role, **config: Any) -> Flow:
    nodes: list[dict[str, Any]] = [
        {"key": "heard", "type": "trigger.flow_failed", "config": config},
        {"key": "keep", "type": "logic.stop", "config": {"outcome": "succeed"}},
    ]
    flow = create_flow(world.team, name, json.dumps(graph(nodes, ["heard>keep"])), world.people[role])
    publish(flow, world.people[role])
    return flow


def test_a_failure_of_a_hidden_flow_is_told_to_those_who_may_know(world: World) -> None:
    it = [str(world.flow.pk)]
    listener(world, "anything, by an editor", Role.EDITOR)
    listener(world, "anything, by an admin", Role.ADMIN)
    listener(world, "it, by an editor", Role.EDITOR, flows=it)
    named = listener(world, "it, by an admin", Role.ADMIN, flows=it)
    closed = listener(world, "anything, for chosen people, by an admin", Role.ADMIN)
    Flow.objects.filter(pk=closed.pk).update(restricted=True)
    assert world.flow.published is not None
    run = start(world.flow.published, cause=Cause.API, key="fails", payload={})
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, message=CANARY)

    told = tell_of_failure(Run.objects.get(pk=run.pk))

    assert {each.flow_id for each in told} == {named.pk, closed.pk}


def test_a_template_of_a_flow_for_chosen_people_is_made_by_who_may_share_it(world: World) -> None:
    at = f"/t/mine/templates/save/{world.flow.pk}/"
    for role in (Role.VIEWER, Role.EDITOR):
        FlowGrant.objects.create(flow=world.flow, user=world.people[role], level=Level.EDIT)

    assert world.client(Role.VIEWER).get(at).status_code == 403
    assert world.client(Role.VIEWER).post(at, {"title": "Taken out"}).status_code == 403
    assert not TeamTemplate.objects.exists()
    assert "for the whole team" in world.client(Role.EDITOR).get(at).content.decode()
    assert world.client(Role.EDITOR).post(at, {"title": "Shared"}).status_code == 302


def test_a_template_keeps_no_label_that_the_database_cannot(world: World) -> None:
    Flow.objects.filter(pk=world.flow.pk).update(restricted=False)
    given = {"title": "NUL", "ask": "nightly/cron", "label nightly/cron": "Wh\0en"}
    assert world.client(Role.EDITOR).post(f"/t/mine/templates/save/{world.flow.pk}/", given).status_code == 302
    assert [each["label"] for each in TeamTemplate.objects.get().inputs] == ["When"]
