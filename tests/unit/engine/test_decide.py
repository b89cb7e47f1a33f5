"""What follows from an outcome: tables, and a property over random flows."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from helix.engine.decide import View, decide, settle
from helix.engine.outcomes import Deferred, Doubted, Failed, Outcome, Stopped, Succeeded, Trouble
from helix.engine.states import FINAL_RUN_STATES, LIVE_RUN_STATES, RunState, StepState
from helix.flows.plan import Plan
from tests.unit.engine.plans import plan_from

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TROUBLE = Trouble("refused", "Customer.io refused this.")
READY, RUNNING, SKIPPED, SUCCEEDED = StepState.READY, StepState.RUNNING, StepState.SKIPPED, StepState.SUCCEEDED


class Walk:
    """A run in memory: claims a ready step, applies an outcome, keeps the states."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        before = {key: View(StepState.PENDING) for key in plan.order}
        after = {**before, plan.triggers[0]: View(SUCCEEDED, "next")}
        first = settle(plan, before, dict(after))
        self.steps = {**after, **first.changed}
        self.run, self.message = first.run, first.message

    def step(self, key: str, outcome: Outcome) -> "Walk":
        assert self.steps[key].state == READY, f"{key} is {self.steps[key].state}"
        self.steps[key] = View(RUNNING)
        decision = decide(self.plan, self.steps, key, outcome)
        self.steps.update(decision.changed)
        self.run, self.message = decision.run, decision.message or self.message
        return self

    def state(self, key: str) -> StepState:
        return self.steps[key].state


def diamond(**changes: Any) -> Plan:
    """start -> pick -(yes)-> a -> end; pick -(no)-> b -> end."""
    return plan_from(
        {"start": "trigger.manual", "pick": "logic.branch", "a": "x", "b": "x", "end": "x"},
        ["start>pick", "pick:yes>a", "pick:no>b", "a>end", "b>end"],
        **changes,
    )


def test_a_step_is_ready_when_the_step_before_it_succeeded() -> None:
    assert Walk(diamond()).state("pick") == READY


def test_the_branch_that_is_not_taken_is_skipped_and_the_paths_meet_again() -> None:
    walk = Walk(diamond()).step("pick", Succeeded({}, "yes"))
    assert (walk.state("a"), walk.state("b"), walk.state("end")) == (READY, SKIPPED, StepState.PENDING)

    walk.step("a", Succeeded({}))
    assert walk.state("end") == READY

    walk.step("end", Succeeded({}))
    assert walk.run == RunState.SUCCEEDED


def test_a_port_that_leads_nowhere_ends_its_path_well() -> None:
    walk = Walk(diamond()).step("pick", Succeeded({}, "elsewhere"))

    assert {walk.state(key) for key in ("a", "b", "end")} == {SKIPPED}
    assert walk.run == RunState.SUCCEEDED


def test_a_failed_step_fails_the_run_and_cancels_what_has_not_begun() -> None:
    walk = Walk(diamond()).step("pick", Succeeded({}, "yes")).step("a", Failed(TROUBLE))

    assert walk.run == RunState.FAILED
    assert walk.state("end") == StepState.CANCELLED
    assert walk.message == "Step “a”: Customer.io refused this."


def test_a_failed_step_that_may_continue_goes_on() -> None:
    walk = Walk(diamond(a={"on_error": "continue"})).step("pick", Succeeded({}, "yes")).step("a", Failed(TROUBLE))

    assert (walk.state("a"), walk.state("end"), walk.run) == (StepState.FAILED, READY, RunState.RUNNING)


def test_a_failed_step_with_an_error_branch_takes_that_branch() -> None:
    plan = plan_from(
        {"start": "trigger.manual", "call": "x", "fine": "x", "mend": "x"},
        ["start>call", "call>fine", "call:error>mend"],
        call={"on_error": "branch"},
    )
    walk = Walk(plan).step("call", Failed(TROUBLE))

    assert (walk.state("fine"), walk.state("mend")) == (SKIPPED, READY)


def test_edges_from_one_port_run_in_parallel_and_a_join_waits_for_all() -> None:
    plan = plan_from(
        {"start": "trigger.manual", "a": "x", "b": "x", "meet": "logic.join"},
        ["start>a", "start>b", "a>meet", "b>meet"],
    )
    walk = Walk(plan)
    assert (walk.state("a"), walk.state("b")) == (READY, READY)

    assert walk.step("a", Succeeded({})).state("meet") == StepState.PENDING
    assert walk.step("b", Succeeded({})).state("meet") == READY


def test_a_join_of_any_goes_on_with_the_first() -> None:
    plan = plan_from(
        {"start": "trigger.manual", "a": "x", "b": "x", "meet": "logic.join"},
        ["start>a", "start>b", "a>meet", "b>meet"],
        meet={"config": {"mode": "any"}},
    )

    assert Walk(plan).step("b", Succeeded({})).state("meet") == READY


def test_a_failing_run_ends_only_when_the_parallel_step_has_ended() -> None:
    plan = plan_from({"start": "trigger.manual", "a": "x", "b": "x", "c": "x"}, ["start>a", "start>b", "b>c"])
    walk = Walk(plan)
    walk.steps["b"] = View(RUNNING)
    walk.step("a", Failed(TROUBLE))
    assert walk.run == RunState.RUNNING

    decision = decide(plan, walk.steps, "b", Succeeded({}))

    assert decision.run == RunState.FAILED


def test_a_stop_step_ends_the_run_as_it_says() -> None:
    plan = plan_from({"start": "trigger.manual", "halt": "logic.stop", "other": "x"}, ["start>halt", "start>other"])

    well = Walk(plan).step("halt", Stopped(True, "Enough."))
    badly = Walk(plan).step("halt", Stopped(False, "No segment."))

    assert (well.run, well.message, well.state("other")) == (RunState.SUCCEEDED, "Enough.", StepState.CANCELLED)
    assert (badly.run, badly.message) == (RunState.FAILED, "No segment.")


def test_a_run_waits_while_its_only_step_sleeps_or_is_in_doubt() -> None:
    plan = plan_from({"start": "trigger.manual", "a": "x"}, ["start>a"])
    later = Walk(plan).step("a", Deferred(NOW))
    doubt = Walk(plan).step("a", Doubted(TROUBLE))

    assert (later.run, later.state("a")) == (RunState.WAITING, StepState.WAITING)
    assert (doubt.run, doubt.state("a")) == (RunState.WAITING, StepState.UNKNOWN)


@st.composite
def flows(draw: st.DrawFn) -> Plan:
    size = draw(st.integers(1, 12))
    types = {"n0": "trigger.manual"}
    edges, changes = [], {}
    for number in range(1, size + 1):
        types[f"n{number}"] = draw(st.sampled_from(["x", "logic.branch", "logic.join", "logic.stop"]))
        changes[f"n{number}"] = {
            "on_error": draw(st.sampled_from(["fail", "continue", "branch"])),
            "config": {"mode": draw(st.sampled_from(["all", "any"]))},
        }
        for source in draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3)):
            edges.append(f"n{source}:{draw(st.sampled_from(['next', 'yes', 'no', 'error']))}>n{number}")
    return plan_from(types, edges, **changes)


OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(
    [
        Succeeded({}),
        Succeeded({}, "yes"),
        Succeeded({}, "no"),
        Failed(TROUBLE),
        Stopped(True, "Done."),
        Stopped(False, "Not."),
    ]
)


@settings(max_examples=300, deadline=None)
@given(flows(), st.data())
def test_no_order_of_outcomes_leaves_a_run_stuck(plan: Plan, data: st.DataObject) -> None:
    walk = Walk(plan)
    for _ in range(len(plan.order) + 1):
        ready = [key for key, view in walk.steps.items() if view.state == READY]
        if not ready:
            break
        assert walk.run in LIVE_RUN_STATES
        walk.step(data.draw(st.sampled_from(ready)), data.draw(OUTCOMES))

    assert walk.run in FINAL_RUN_STATES
    assert not [key for key, view in walk.steps.items() if view.state in (StepState.PENDING, READY, RUNNING)]
