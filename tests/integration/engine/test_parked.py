"""Steps that wait for something outside: a person, a message, an event, another flow."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.engine.awaiting import approve, deliver_event, deliver_message, wake_answered
from helix.engine.cancel import cancel
from helix.engine.invariants import broken
from helix.engine.keys import answer_token, person_digest
from helix.engine.models import Awaited, Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, RunState, StepState
from helix.engine.sweep import wake_due, wake_parents
from helix.flows.drafts import create_flow
from helix.teams.models import Team, User
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.engine.conftest import Begin, output, step

GO: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}


def ask(**config: Any) -> dict[str, Any]:
    return {"key": "ask", "type": "logic.wait_for", "config": {"expires_seconds": 3600, **config}}


def note(key: str) -> dict[str, Any]:
    return {"key": key, "type": "logic.set", "config": {"values": {"n": 1}}}


APPROVAL = [GO, ask(**{"for": "approval"}, question="Send it?"), note("yes"), note("no"), note("late")]
WAYS = ["go>ask", "ask:approved>yes", "ask:rejected>no", "ask:expired>late"]


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


def alice() -> User:
    return User.objects.get(email="alice@example.com")


def succeeded(run: Run) -> set[str]:
    return set(StepRun.objects.filter(run=run, state=StepState.SUCCEEDED).values_list("node", flat=True))


@pytest.mark.parametrize(("yes", "way", "other"), [(True, "yes", "no"), (False, "no", "yes")])
def test_a_persons_answer_decides_the_way(begin: Begin, yes: bool, way: str, other: str) -> None:
    run = begin(APPROVAL, WAYS)
    work()
    run.refresh_from_db()
    assert (run.state, step(run, "ask").state) == (RunState.WAITING, StepState.WAITING)

    assert approve(step(run, "ask"), yes, alice(), "Looks right.")
    assert not approve(step(run, "ask"), not yes, alice())
    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert way in succeeded(run) and other not in succeeded(run)
    data = output(run, "ask")["data"]
    assert (data["by"], data["comment"]) == ("Alice", "Looks right.")


def test_an_approval_that_nobody_answers_expires_once(begin: Begin) -> None:
    run = begin(APPROVAL, WAYS)
    work()
    past = timezone.now() - timedelta(hours=2)
    StepRun.objects.filter(run=run, node="ask").update(started_at=past, due_at=past)

    assert wake_due() == 1
    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert "late" in succeeded(run)
    assert not approve(step(run, "ask"), True, alice())


def test_an_answer_and_the_expiry_race_and_one_wins(begin: Begin) -> None:
    run = begin(APPROVAL, WAYS)
    work()
    past = timezone.now() - timedelta(hours=2)
    StepRun.objects.filter(run=run, node="ask").update(started_at=past, due_at=past)
    wake_due()

    assert approve(step(run, "ask"), True, alice())
    work()

    run.refresh_from_db()
    assert "yes" in succeeded(run) and "late" not in succeeded(run)


def test_an_answer_whose_waking_was_lost_is_found_by_the_next_round(begin: Begin) -> None:
    run = begin(APPROVAL, WAYS)
    work()
    Awaited.objects.update(
        answer={"answer": "approved", "by": "Alice", "comment": "", "at": "2026-11-23T00:00:00+00:00"},
        answered_at=timezone.now(),
    )

    assert wake_answered() == 1
    work()

    assert "yes" in succeeded(run)


def test_a_message_to_the_runs_address_goes_on_with_its_body(begin: Begin) -> None:
    run = begin([GO, ask(**{"for": "webhook"}), note("yes")], ["go>ask", "ask:received>yes"])
    work()
    assert deliver_message("0" * 64, {}) is None

    assert deliver_message(answer_token(run.pk), {"order": 7})
    assert deliver_message(answer_token(run.pk), {"order": 8}) is False
    work()

    assert output(run, "ask")["data"]["body"] == {"order": 7}


def test_an_event_about_the_person_goes_on_and_others_do_not(begin: Begin, team: Team) -> None:
    config = {"for": "customerio_event", "events": ["email_delivered"], "person": "Ada@Example.com"}
    run = begin([GO, ask(**config), note("yes")], ["go>ask", "ask:received>yes"])
    work()

    def fits(asked: dict[str, Any]) -> bool:
        return "email_delivered" in asked["events"]

    assert deliver_event(team.pk, {person_digest("bob@example.com")}, {"metric": "delivered"}, fits) == 0
    assert deliver_event(team.pk, {person_digest("ada@example.com")}, {"metric": "opened"}, lambda asked: False) == 0
    assert deliver_event(team.pk, {person_digest("ada@example.com ")}, {"metric": "delivered"}, fits) == 1
    work()

    assert output(run, "ask")["data"]["event"] == {"metric": "delivered"}


def called(team: Team, *more: dict[str, Any], edges: tuple[str, ...] = ()) -> str:
    trigger = {
        "key": "called",
        "type": "trigger.called",
        "config": {"fields": [{"name": "n", "type": "integer", "required": True}]},
    }
    flow = create_flow(team, "Called", graph_text([trigger, *more], list(edges)))
    publish(flow, None)
    return str(flow.pk)


def caller(flow: str, value: Any = 4) -> dict[str, Any]:
    return {"key": "call", "type": "logic.run_flow", "config": {"flow": flow, "input": {"n": value}}}


def test_a_flow_calls_another_and_goes_on_with_its_result(begin: Begin, team: Team) -> None:
    stop = {
        "key": "stop",
        "type": "logic.stop",
        "config": {"outcome": "succeed", "values": {"double": {"$liquid": "{{ trigger.n | times: 2 }}"}}},
    }
    flow = called(team, stop, edges=("called>stop",))
    run = begin([GO, caller(flow), note("after")], ["go>call", "call>after"])

    while work() or wake_parents():
        pass

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert output(run, "call")["data"]["result"] == {"double": 8}
    child = Run.objects.get(parent__run=run)
    assert (child.cause_kind, child.depth, child.state) == (Cause.CALLED, 1, RunState.SUCCEEDED)


def test_a_called_flow_that_fails_fails_the_step(begin: Begin, team: Team) -> None:
    stop = {"key": "stop", "type": "logic.stop", "config": {"outcome": "fail", "message": "Not today."}}
    run = begin([GO, caller(called(team, stop, edges=("called>stop",)))], ["go>call"])

    while work() or wake_parents():
        pass

    run.refresh_from_db()
    assert run.state == RunState.FAILED and "Not today." in run.message


def test_a_called_flow_refuses_values_of_the_wrong_type(begin: Begin, team: Team) -> None:
    go = {**GO, "config": {"fields": [{"name": "n", "type": "json", "required": True}]}}
    run = begin([go, caller(called(team), {"$liquid": "{{ trigger.n }}"})], ["go>call"], {"n": "many"})

    work()

    assert output(run, "call")["error"]["kind"] == "invalid_input"
    assert Run.objects.count() == 1


def test_cancelling_a_run_cancels_what_it_has_called(begin: Begin, team: Team) -> None:
    nap = {"key": "nap", "type": "logic.wait", "config": {"seconds": 3600}}
    run = begin([GO, caller(called(team, nap, edges=("called>nap",)))], ["go>call"])
    while work():
        pass

    assert cancel(run, None)

    assert set(Run.objects.values_list("state", flat=True)) == {RunState.CANCELLED}


def test_flows_that_call_each_other_in_a_circle_end(begin: Begin, team: Team) -> None:
    flow = called(team)
    itself = {"key": "call", "type": "logic.run_flow", "config": {"flow": flow, "input": {"n": 1}}}
    trigger = {
        "key": "called",
        "type": "trigger.called",
        "config": {"fields": [{"name": "n", "type": "integer", "required": True}]},
    }
    from helix.flows.models import Flow

    circle = Flow.objects.get(pk=flow)
    Flow.objects.filter(pk=flow).update(draft=graph_text([trigger, itself], ["called>call"]))
    version = publish(circle, None)
    run = start(version, cause=Cause.TEST, key="circle", payload={"n": 1}, entry="called")

    while work() or wake_parents():
        pass

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert Run.objects.count() == 4
