"""Loops: a turn of the body for every item, with their counts; nested, failing, stopped, gone on with."""

from typing import Any

import pytest

from helix.engine.again import go_on
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.states import RunState, StepState
from tests.fakes.sandbox import SandboxProcess
from tests.integration.engine.conftest import Begin, output, step

GO: dict[str, Any] = {
    "key": "go",
    "type": "trigger.manual",
    "config": {"fields": [{"name": "people", "type": "json", "required": True}]},
}
EACH: dict[str, Any] = {
    "key": "each",
    "type": "logic.for_each",
    "config": {"items": {"$liquid": "{{ trigger.people }}"}},
}
TRACK: dict[str, Any] = {
    "key": "track",
    "type": "customerio.track_event",
    "config": {
        "userId": {"$liquid": "{{ item }}"},
        "event": "looped",
        "properties": {"position": {"$liquid": "{{ index }}"}},
    },
}
AFTER: dict[str, Any] = {
    "key": "after",
    "type": "logic.set",
    "config": {"values": {"done": {"$liquid": "{{ steps.each.data.done }}"}}},
}
EDGES = ["go>each", "each:each>track", "each:done>after"]


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


def each(**config: Any) -> dict[str, Any]:
    return {**EACH, "config": {**EACH["config"], **config}}


def tracked(sandbox: SandboxProcess) -> list[str]:
    return [request["body"]["userId"] for request in sandbox.requests() if request["path"] == "/v1/track"]


def work_off() -> None:
    while work():
        pass


def test_each_item_has_its_turn_and_the_loop_counts_them(begin: Begin, sandbox: SandboxProcess) -> None:
    run = begin([GO, EACH, TRACK, AFTER], EDGES, {"people": ["ada", "bob", "cleo"]})

    work_off()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert tracked(sandbox) == ["ada", "bob", "cleo"]
    assert output(run, "each")["data"] == {"planned": 3, "done": 3, "failed": 0, "skipped": 0}
    assert output(run, "after")["data"] == {"done": 3}
    keys = set(StepRun.objects.filter(run=run, node="track").values_list("idempotency_key", flat=True))
    assert len(keys) == 3


@pytest.mark.parametrize("concurrency", [2, 20])
def test_turns_side_by_side_are_all_done_once(begin: Begin, sandbox: SandboxProcess, concurrency: int) -> None:
    people = [f"p{number}" for number in range(25)]
    run = begin([GO, each(concurrency=concurrency), TRACK, AFTER], EDGES, {"people": people})

    work_off()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert sorted(tracked(sandbox)) == sorted(people)


def test_an_empty_list_goes_on_at_once(begin: Begin) -> None:
    run = begin([GO, EACH, TRACK, AFTER], EDGES, {"people": []})

    work_off()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert output(run, "after")["data"] == {"done": 0}


def test_what_is_no_list_fails_with_a_sentence(begin: Begin) -> None:
    run = begin([GO, EACH, TRACK, AFTER], EDGES, {"people": "ada"})

    work_off()

    run.refresh_from_db()
    assert (run.state, output(run, "each")["error"]["kind"]) == (RunState.FAILED, "invalid_input")


def refuse(sandbox: SandboxProcess, times: int = 1) -> None:
    sandbox.faults([{"match": {"path": "/v1/track"}, "times": times, "do": "status", "status": 400}])


def test_a_loop_stops_at_the_first_failure_and_says_which_were_skipped(begin: Begin, sandbox: SandboxProcess) -> None:
    refuse(sandbox)
    run = begin([GO, EACH, TRACK, AFTER], EDGES, {"people": ["ada", "bob", "cleo"]})

    work_off()

    run.refresh_from_db()
    counts = step(run, "each").counts or {}
    assert run.state == RunState.FAILED
    assert [counts[name] for name in ("planned", "done", "failed", "skipped")] == [3, 0, 1, 2]
    assert "1 of 3 items failed" in run.message


def test_a_loop_that_continues_counts_failures_and_goes_on(begin: Begin, sandbox: SandboxProcess) -> None:
    refuse(sandbox)
    run = begin(
        [GO, each(on_item_failure="continue", collect="track"), TRACK, AFTER], EDGES, {"people": ["ada", "bob", "cleo"]}
    )

    work_off()

    run.refresh_from_db()
    data = output(run, "each")["data"]
    assert run.state == RunState.SUCCEEDED
    assert [data[name] for name in ("planned", "done", "failed", "skipped")] == [3, 2, 1, 0]
    assert data["results"][0] is None and data["results"][2] is not None


def test_a_run_that_goes_on_does_the_items_that_failed_and_keeps_their_keys(
    begin: Begin, sandbox: SandboxProcess
) -> None:
    refuse(sandbox)
    run = begin([GO, EACH, TRACK, AFTER], EDGES, {"people": ["ada", "bob", "cleo"]})
    work_off()
    failed = StepRun.objects.get(run=run, node="track", state=StepState.FAILED)

    again = go_on(Run.objects.get(pk=run.pk), None)
    work_off()

    again.refresh_from_db()
    assert again.state == RunState.SUCCEEDED
    assert tracked(sandbox) == ["ada", "ada", "bob", "cleo"]
    assert StepRun.objects.get(run=again, node="track", item_key="0").idempotency_key == failed.idempotency_key


def test_going_on_leaves_items_alone_that_were_done(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults(
        [{"match": {"path": "/v1/track", "body": {"userId": "bob"}}, "times": 1, "do": "status", "status": 400}]
    )
    run = begin([GO, each(on_item_failure="stop"), TRACK, AFTER], EDGES, {"people": ["ada", "bob", "cleo"]})
    work_off()
    before = tracked(sandbox)

    again = go_on(Run.objects.get(pk=run.pk), None)
    work_off()

    again.refresh_from_db()
    assert again.state == RunState.SUCCEEDED
    assert [person for person in tracked(sandbox)[len(before) :] if person not in ("bob", "cleo")] == (
        [] if len(before) > 1 else ["ada"]
    )
    assert output(again, "each")["data"]["done"] == 3


def test_a_loop_in_a_loop(begin: Begin, sandbox: SandboxProcess) -> None:
    outer = {
        "key": "outer",
        "type": "logic.for_each",
        "config": {"items": {"$liquid": "{{ trigger.people }}"}, "concurrency": 2},
    }
    inner = {"key": "each", "type": "logic.for_each", "config": {"items": {"$liquid": "{{ item }}"}, "concurrency": 2}}
    run = begin(
        [GO, outer, inner, TRACK, {"key": "end", "type": "logic.set", "config": {"values": {"n": 1}}}],
        ["go>outer", "outer:each>each", "each:each>track", "outer:done>end"],
        {"people": [["a", "b"], [], ["c"]]},
    )

    work_off()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert sorted(tracked(sandbox)) == ["a", "b", "c"]
    assert set(StepRun.objects.filter(run=run, node="track").values_list("item_key", flat=True)) == {
        "0.0",
        "0.1",
        "2.0",
    }


def test_a_stop_in_a_turn_ends_the_whole_run(begin: Begin, sandbox: SandboxProcess) -> None:
    halt = {"key": "halt", "type": "logic.stop", "config": {"outcome": "fail", "message": "Enough."}}
    run = begin(
        [GO, each(concurrency=2), TRACK, halt, AFTER], [*EDGES, "track>halt"], {"people": ["ada", "bob", "cleo", "dan"]}
    )

    work_off()

    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.FAILED, "Enough.")
    assert len(tracked(sandbox)) <= 2
    assert not StepRun.objects.filter(run=run, state__in=["pending", "ready", "running", "waiting"]).exists()


def test_a_turn_with_branches_ends_when_all_its_paths_have(begin: Begin, sandbox: SandboxProcess) -> None:
    when = {"all": [{"left": {"$liquid": "{{ item }}"}, "op": "eq", "right": "bob"}]}
    pick = {
        "key": "pick",
        "type": "logic.branch",
        "config": {"branches": [{"port": "yes", "label": "Yes", "when": when}], "else": "no"},
    }
    run = begin(
        [GO, EACH, pick, TRACK, AFTER],
        ["go>each", "each:each>pick", "pick:yes>track", "each:done>after"],
        {"people": ["ada", "bob", "cleo"]},
    )

    work_off()

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert tracked(sandbox) == ["bob"]
