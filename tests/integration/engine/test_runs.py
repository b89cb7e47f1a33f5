"""Runs against the real sandbox: what a worker does, step by step, and what is written down."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.cancel import cancel
from helix.engine.claim import claim_next
from helix.engine.invariants import broken
from helix.engine.models import Attempt, Run, StepRun
from helix.engine.outcomes import Succeeded
from helix.engine.perform import carry, work
from helix.engine.record import record
from helix.engine.resolve import resolve
from helix.engine.start import start
from helix.engine.states import Cause, RunState, StepState
from helix.engine.sweep import Watch, take_back_lost, wake_due
from tests.fakes.sandbox import SandboxProcess
from tests.integration.engine.conftest import Begin, output, states, step


class _Impatient(Watch):
    """Believes the clock at once: these tests need not wait until a lease has been silent for long enough."""

    def silent(self, leases: dict[UUID, datetime | None]) -> list[UUID]:
        return list(leases)


IMPATIENT = _Impatient()
TRIGGER: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
SEGMENTS: dict[str, Any] = {"key": "segments", "type": "customerio.get_segments"}
TRACK: dict[str, Any] = {
    "key": "track",
    "type": "customerio.track_event",
    "config": {"userId": "ada", "event": "counted"},
}
BROADCAST: dict[str, Any] = {
    "key": "send",
    "type": "customerio.trigger_broadcast",
    "config": {"broadcast_id": 1, "emails": ["ada@example.com"]},
}


def branch(op: str, right: int) -> dict[str, Any]:
    when = {"all": [{"left": {"$liquid": "{{ steps.segments.data.segments | size }}"}, "op": op, "right": right}]}
    return {
        "key": "many",
        "type": "logic.branch",
        "config": {"branches": [{"port": "yes", "label": "Yes", "when": when}], "else": "no"},
    }


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


def test_a_flow_reads_branches_and_tracks_with_data_of_an_earlier_step(begin: Begin, sandbox: SandboxProcess) -> None:
    track = {
        **TRACK,
        "config": {
            **TRACK["config"],
            "properties": {"count": {"$liquid": "{{ steps.segments.data.segments | size }}"}},
        },
    }
    run = begin(
        [
            TRIGGER,
            SEGMENTS,
            branch("gt", 0),
            track,
            {"key": "halt", "type": "logic.stop", "config": {"outcome": "fail", "message": "None."}},
        ],
        ["go>segments", "segments>many", "many:yes>track", "many:no>halt"],
    )

    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert states(run) == {
        "go": "succeeded",
        "segments": "succeeded",
        "many": "succeeded",
        "track": "succeeded",
        "halt": "skipped",
    }
    count = len(output(run, "segments")["data"]["segments"])
    sent = [request for request in sandbox.requests() if request["path"] == "/v1/track"]
    assert [request["body"]["properties"] for request in sent] == [{"count": count}]
    assert sent[0]["body"]["messageId"] == step(run, "track").idempotency_key
    assert f"{count}" in step(run, "many").explanation


def test_the_other_branch_ends_the_run_with_its_message(begin: Begin) -> None:
    run = begin(
        [
            TRIGGER,
            SEGMENTS,
            branch("gt", 1000),
            TRACK,
            {"key": "halt", "type": "logic.stop", "config": {"outcome": "fail", "message": "Too few."}},
        ],
        ["go>segments", "segments>many", "many:yes>track", "many:no>halt"],
    )

    work()

    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.FAILED, "Too few.")
    assert states(run)["track"] == "skipped"


def test_a_passing_trouble_is_tried_again_after_a_pause_with_the_same_key(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    sandbox.faults([{"match": {"method": "POST", "path": "/v1/track"}, "times": 2, "do": "status", "status": 503}])
    run = begin([TRIGGER, TRACK], ["go>track"])

    for _ in range(3):
        work()
        StepRun.objects.filter(state=StepState.WAITING).update(due_at=timezone.now())
        wake_due()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert list(Attempt.objects.filter(step__run=run).values_list("number", "outcome")) == [
        (1, "retry"),
        (2, "retry"),
        (3, "succeeded"),
    ]
    keys = {request["body"]["messageId"] for request in sandbox.requests() if request["path"] == "/v1/track"}
    assert keys == {step(run, "track").idempotency_key}


def test_a_refused_key_fails_with_advice_and_without_another_try(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults(
        [
            {
                "match": {"path": "/v1/segments"},
                "times": 9,
                "do": "status",
                "status": 401,
                "body": {"errors": [{"detail": "unauthorized", "status": "401"}]},
            }
        ]
    )
    run = begin([TRIGGER, SEGMENTS], ["go>segments"])

    work()

    run.refresh_from_db()
    error = output(run, "segments")["error"]
    assert run.state == RunState.FAILED
    assert (error["kind"], error["status"]) == ("unauthorized", 401)
    assert "App" in error["message"] + error["hint"]
    assert Attempt.objects.filter(step__run=run).count() == 1
    assert "sandbox-app-key" not in str(list(Attempt.objects.values_list("exchanges", "error")))


def look(run: Run) -> None:
    """The moment has come to look whether a lost call arrived."""
    StepRun.objects.filter(run=run, state=StepState.WAITING).update(due_at=timezone.now())
    wake_due()
    work()


def triggered(sandbox: SandboxProcess) -> int:
    return len([request for request in sandbox.requests() if request["method"] == "POST"])


def test_a_broadcast_whose_answer_was_lost_is_found_in_the_list_and_not_sent_twice(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    sandbox.faults([{"match": {"method": "POST", "path": "/v1/campaigns/*"}, "times": 1, "do": "commit_then_reset"}])
    run = begin([TRIGGER, BROADCAST], ["go>send"])

    work()
    run.refresh_from_db()
    assert (run.state, step(run, "send").state) == (RunState.WAITING, StepState.WAITING)
    look(run)

    run.refresh_from_db()
    assert (run.state, run.attention, triggered(sandbox)) == (RunState.SUCCEEDED, False, 1)
    assert "it arrived" in step(run, "send").explanation


def test_a_broadcast_that_shows_nowhere_waits_for_a_person_and_is_not_sent_twice(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    sandbox.faults([{"match": {"method": "POST", "path": "/v1/campaigns/*"}, "times": 1, "do": "reset"}])
    run = begin([TRIGGER, BROADCAST], ["go>send"])

    work()
    look(run)
    assert step(run, "send").state == StepState.WAITING
    StepRun.objects.filter(run=run, node="send").update(sent_at=timezone.now() - timedelta(hours=1))
    look(run)

    run.refresh_from_db()
    assert (run.state, run.attention, step(run, "send").state) == (RunState.WAITING, True, StepState.UNKNOWN)
    assert triggered(sandbox) == 1

    assert resolve(step(run, "send"), "arrived", None)

    run.refresh_from_db()
    assert (run.state, run.attention) == (RunState.SUCCEEDED, False)
    assert not resolve(step(run, "send"), "again", None)


def test_a_step_of_a_dead_worker_is_taken_back_and_done_once(begin: Begin, sandbox: SandboxProcess) -> None:
    run = begin([TRIGGER, TRACK], ["go>track"])
    (held,) = claim_next("a worker that dies")
    assert take_back_lost() == 0

    StepRun.objects.filter(pk=held.step.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert take_back_lost(watch=IMPATIENT) == 1
    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert record(held.segment, [(held, Succeeded({"late": True}))], worker="late", room=1) == []
    assert output(run, "track")["data"] != {"late": True}


def test_a_broadcast_of_a_dead_worker_is_looked_for_once_it_was_marked_as_sent(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    run = begin([TRIGGER, BROADCAST], ["go>send"])
    (held,) = claim_next("a worker that dies")
    past = timezone.now() - timedelta(seconds=1)
    StepRun.objects.filter(pk=held.step.id).update(lease_until=past, sent_at=timezone.now() - timedelta(hours=1))

    assert take_back_lost(watch=IMPATIENT) == 1
    work()

    run.refresh_from_db()
    assert (step(run, "send").state, run.attention) == (StepState.UNKNOWN, True)
    assert triggered(sandbox) == 0


def test_a_step_that_keeps_killing_its_worker_fails_in_the_end(begin: Begin) -> None:
    run = begin([TRIGGER, TRACK], ["go>track"])

    for _ in range(5):
        (held,) = claim_next("a worker that dies")
        StepRun.objects.filter(pk=held.step.id).update(lease_until=timezone.now() - timedelta(seconds=1))
        take_back_lost(watch=IMPATIENT)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert output(run, "track")["error"]["kind"] == "poisoned"


def test_the_same_cause_begins_one_run(begin: Begin) -> None:
    run = begin([TRIGGER, TRACK], ["go>track"])

    again = start(run.version, cause=Cause.TEST, key=run.cause_key, payload={"other": 1})

    assert again.pk == run.pk
    assert Run.objects.count() == 1


def test_a_cancelled_run_records_the_call_under_way_and_starts_nothing(begin: Begin) -> None:
    run = begin([TRIGGER, SEGMENTS, TRACK], ["go>segments", "segments>track"])
    held = claim_next("worker")

    assert cancel(run, None)
    assert carry(held, until=float("inf")) == 1

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert states(run) == {"go": "succeeded", "segments": "succeeded", "track": "cancelled"}
    assert claim_next("worker") == []
    assert not cancel(run, None)


def test_a_wait_sleeps_in_the_database_and_goes_on_in_time(begin: Begin) -> None:
    run = begin(
        [TRIGGER, {"key": "nap", "type": "logic.wait", "config": {"seconds": 3600}}, TRACK], ["go>nap", "nap>track"]
    )

    work()
    run.refresh_from_db()
    assert (run.state, step(run, "nap").state) == (RunState.WAITING, StepState.WAITING)
    assert wake_due() == 0

    StepRun.objects.filter(run=run, node="nap").update(
        started_at=timezone.now() - timedelta(hours=2), due_at=timezone.now()
    )
    assert wake_due() == 1
    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED


def test_parallel_branches_meet_in_a_join(begin: Begin) -> None:
    newsletters = {"key": "letters", "type": "customerio.list_newsletters"}
    meet = {"key": "meet", "type": "logic.join", "config": {"mode": "all"}}
    run = begin(
        [TRIGGER, SEGMENTS, newsletters, meet, TRACK],
        ["go>segments", "go>letters", "segments>meet", "letters>meet", "meet>track"],
    )

    work()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert set(states(run).values()) == {"succeeded"}


def test_an_answer_that_is_not_json_is_a_sentence_about_the_step(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults([{"match": {"path": "/v1/segments"}, "times": 99, "do": "garbage"}])
    run = begin([TRIGGER, {**SEGMENTS, "retry": {"max_attempts": 1}}], ["go>segments"])

    work()

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "segments" in run.message
    assert output(run, "segments")["error"]["kind"] == "bad_answer"


def test_a_message_to_more_people_than_a_day_may_have_fails_before_anything_is_sent(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    Connection.objects.update(daily_people=1)
    many = {**BROADCAST, "config": {"broadcast_id": 1, "emails": ["ada@example.com", "bob@example.com"]}}
    run = begin([TRIGGER, many], ["go>send"])

    work()
    run.refresh_from_db()

    assert run.state == RunState.FAILED
    assert output(run, "send")["error"]["kind"] == "over_cap"
    assert "goes to 2 people" in run.message
    assert sandbox.requests() == []
