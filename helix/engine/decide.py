"""What follows from an outcome: the step's new state, who is ready now, who is passed by, and whether the run ends. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from helix.engine.outcomes import (
    Deferred,
    Doubted,
    Failed,
    Fanned,
    Outcome,
    Parked,
    Postponed,
    Probing,
    Stopped,
    Succeeded,
)
from helix.engine.states import FINAL_STEP_STATES, RunState, StepState, move
from helix.flows.plan import Plan

PENDING, READY, RUNNING, WAITING, UNKNOWN = (
    StepState.PENDING,
    StepState.READY,
    StepState.RUNNING,
    StepState.WAITING,
    StepState.UNKNOWN,
)

MAIN_PORT = {"logic.for_each": "done", "logic.wait_for": "expired"}
"""Where a step goes on that may fail and continue, when that is not “next”."""
STOP_WELL, STOP_BADLY = "stop:succeed", "stop:fail"  # ports that no edge leaves by


@dataclass(frozen=True)
class View:
    """What decide needs to know of a step: its state, and the port it left by once it is final ("" for none)."""

    state: StepState
    port: str = ""


@dataclass(frozen=True)
class Decision:
    """`changed` holds every step whose state changes, the deciding step included; `run` is the run's state after it."""

    changed: Mapping[str, View]
    run: RunState
    message: str = ""
    ending: RunState | None = None
    """How the run must end once everything under way has ended; None while nothing says so."""

    def now(self, state: StepState) -> list[str]:
        return [key for key, view in self.changed.items() if view.state == state]


def decide(plan: Plan, steps: Mapping[str, View], key: str, outcome: Outcome) -> Decision:
    """The decision for the running step `key`. `steps` holds every step of its frame: of the run outside loops, or of one
    turn of a loop's body, where the loop itself stands as having left by “each”."""
    node, state, message = plan.nodes[key], steps[key].state, ""
    after = dict(steps)
    match outcome:
        case Succeeded():
            after[key] = View(move(state, "succeeded"), outcome.port)
        case Failed():
            port = {"continue": MAIN_PORT.get(node.type, "next"), "branch": "error"}.get(node.on_error, "")
            after[key] = View(move(state, "failed"), port)
            message = "" if port else f"Step “{node.name or key}”: {outcome.trouble.message}"
        case Deferred() | Postponed() | Probing() | Parked() | Fanned():
            after[key] = View(move(state, "deferred"))
        case Doubted():
            after[key] = View(move(state, "doubted"))
        case Stopped():
            after[key] = View(move(state, "succeeded"), STOP_WELL if outcome.well else STOP_BADLY)
            message = outcome.message
        case _:
            assert_never(outcome)
    return settle(plan, steps, after, message)


def settle(plan: Plan, before: Mapping[str, View], after: dict[str, View], message: str = "") -> Decision:
    """Spread the changes of `after` along the edges and say where the run stands."""
    ending = _ending(after)
    if ending is None:
        _spread(plan, after)
    else:
        cancel_waiting(after)
    run = _standing(after) if ending is None or _busy(after) else ending
    return Decision({key: view for key, view in after.items() if view != before.get(key)}, run, message, ending)


def _ending(steps: Mapping[str, View]) -> RunState | None:
    """How the run ends, once a step has failed it or stopped it; what is under way is waited for, nothing else begins."""
    if any((view.state == StepState.FAILED and not view.port) or view.port == STOP_BADLY for view in steps.values()):
        return RunState.FAILED
    return RunState.SUCCEEDED if any(view.port == STOP_WELL for view in steps.values()) else None


def cancel_waiting(steps: dict[str, View]) -> None:
    """Cancel whatever has not begun; a running step ends by itself, a doubted one stays for a person."""
    for key, view in steps.items():
        if view.state in (PENDING, READY, WAITING):
            steps[key] = View(move(view.state, "cancelled"))


def _spread(plan: Plan, steps: dict[str, View]) -> None:
    """Enable and pass by pending steps until nothing changes; steps are visited in topological order, so once is enough."""
    for key in plan.order:
        view = steps.get(key)
        if view is None or view.state != PENDING:
            continue
        edges = [_edge(steps, source, port) for source, port in plan.into.get(key, ()) if source in steps]
        live, open_ = edges.count("live"), edges.count("open")
        any_is_enough = plan.nodes[key].type == "logic.join" and plan.nodes[key].config.get("mode") == "any"
        if live and (not open_ or any_is_enough):
            steps[key] = View(move(PENDING, "enabled"))
        elif not live and not open_:
            steps[key] = View(move(PENDING, "passed_by"))


def _edge(steps: Mapping[str, View], source: str, port: str) -> str:
    """open: not known yet; live: the flow comes this way; dead: it does not."""
    view = steps[source]
    if view.state not in FINAL_STEP_STATES:
        return "open"
    return "live" if view.port == port else "dead"


def _busy(steps: Mapping[str, View]) -> bool:
    return any(view.state == RUNNING for view in steps.values())


def _standing(steps: Mapping[str, View]) -> RunState:
    states = {view.state for view in steps.values()}
    if states & {READY, RUNNING}:
        return RunState.RUNNING
    return RunState.WAITING if states & {WAITING, UNKNOWN, PENDING} else RunState.SUCCEEDED
