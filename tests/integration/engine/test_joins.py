"""A join is carried in the commit in which its paths meet, and what follows it is claimed at once."""

from typing import Any

import pytest

from helix.engine.invariants import broken
from helix.engine.models import Attempt, StepRun
from helix.engine.perform import work
from helix.engine.states import RunState
from tests.integration.engine.conftest import Begin, output, states

GO: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


def given(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "type": "logic.set", "config": {"values": {"value": value}}}


def test_joins_one_behind_the_other_end_with_the_last_branch_and_the_step_behind_them_runs(begin: Begin) -> None:
    run = begin(
        [GO, given("a", 1), given("b", 2), given("c", 3), {"key": "meet", "type": "logic.join"},
         {"key": "again", "type": "logic.join"}, given("last", {"$liquid": "{{ steps.a.data.value }}"})],
        ["go>a", "go>b", "go>c", "a>meet", "b>meet", "meet>again", "c>again", "again>last"],
    )  # fmt: skip

    work()
    run.refresh_from_db()

    assert run.state == RunState.SUCCEEDED
    assert set(states(run).values()) == {"succeeded"}
    assert output(run, "last")["data"] == {"value": 1}
    rows = {row.node: row for row in StepRun.objects.filter(run=run)}
    assert rows["meet"].ended_at == rows["again"].ended_at == max(rows[key].ended_at for key in "abc")  # type: ignore[type-var]
    assert Attempt.objects.filter(step__run=run, outcome="succeeded").count() == 6


def test_a_join_at_the_end_of_a_run_ends_it(begin: Begin) -> None:
    run = begin(
        [GO, given("a", 1), given("b", 2), {"key": "meet", "type": "logic.join"}],
        ["go>a", "go>b", "a>meet", "b>meet"],
    )

    work()
    run.refresh_from_db()

    assert run.state == RunState.SUCCEEDED
    assert run.ended_at is not None
    assert states(run)["meet"] == "succeeded"


def test_a_join_in_every_turn_of_a_loop_is_carried_too(begin: Begin) -> None:
    loop = {"key": "each", "type": "logic.for_each", "config": {"items": [1, 2, 3], "concurrency": 2}}
    run = begin(
        [GO, loop, given("a", {"$liquid": "{{ item }}"}), given("b", 2), {"key": "meet", "type": "logic.join"},
         given("x", {"$liquid": "{{ item }}"}), given("after", 1)],
        ["go>each", "each:each>a", "each:each>b", "a>meet", "b>meet", "meet>x", "each:done>after"],
    )  # fmt: skip

    work()
    run.refresh_from_db()

    assert run.state == RunState.SUCCEEDED
    joins = StepRun.objects.filter(run=run, node="meet")
    assert [row.state for row in joins] == ["succeeded"] * 3
    counts = StepRun.objects.get(run=run, node="each").counts
    assert counts is not None
    assert counts["done"] == 3


def test_a_join_that_a_turn_begins_with_is_carried_once_it_stands_in_the_database(begin: Begin) -> None:
    loop = {"key": "each", "type": "logic.for_each", "config": {"items": [1, 2], "concurrency": 1}}
    run = begin(
        [GO, loop, {"key": "meet", "type": "logic.join"}, given("x", {"$liquid": "{{ item }}"})],
        ["go>each", "each:each>meet", "meet>x"],
    )

    work()
    run.refresh_from_db()

    assert run.state == RunState.SUCCEEDED
    assert set(StepRun.objects.filter(run=run, node__in=["meet", "x"]).values_list("state", flat=True)) == {"succeeded"}
