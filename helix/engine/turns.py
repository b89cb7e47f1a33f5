"""The turns of a loop: how they begin, and what the end of one means for the loop. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helix.engine.decide import Decision, View, settle
from helix.engine.states import StepState
from helix.flows.plan import Plan

MOST_STEPS = 10_000
"""Steps that all turns of one loop may have together."""


@dataclass(frozen=True)
class Progress:
    """A loop after one of its turns has ended. `begin`: position of the item whose turn begins next, None for none."""

    counts: Mapping[str, Any]
    begin: int | None
    over: bool


def planned(count: int) -> dict[str, Any]:
    """The counts of a loop before its first turn."""
    return {"planned": count, "begun": 0, "done": 0, "failed": 0, "skipped": 0}


def body(plan: Plan, loop: str) -> list[str]:
    """The steps of one turn, in order; those of loops within are in turns of their own."""
    return [key for key in plan.order if plan.loop_of.get(key) == loop]


def first_states(plan: Plan, loop: str) -> Decision:
    """How the steps of a turn stand when it begins."""
    before = {key: View(StepState.PENDING) for key in body(plan, loop)}
    around = {loop: View(StepState.SUCCEEDED, "each")}
    return settle(plan, {**before, **around}, {**before, **around})


def begin_turns(counts: Mapping[str, Any], most: int) -> tuple[dict[str, Any], list[int]]:
    """Begin up to `most` more turns: the counts then, and the positions of their items. A loop that goes on with an earlier
    run's has the positions that are `left`; else they are begun in order."""
    now = dict(counts)
    if "left" in now:
        first, now["left"] = now["left"][:most], now["left"][most:]
    else:
        first = list(range(now["begun"], min(now["begun"] + most, now["planned"] - now["skipped"])))
    now["begun"] += len(first)
    return now, first


def after_turn(counts: Mapping[str, Any], *, well: bool, stop_at_failure: bool, message: str = "") -> Progress:
    """The loop once a turn has ended, well or not. A loop that stops at a failure begins no other; those under way end."""
    now = dict(counts)
    now["done" if well else "failed"] += 1
    if not well:
        now.setdefault("message", message)
        if stop_at_failure:
            now["skipped"] = now["planned"] - now["begun"]
            now.pop("left", None)
    now, first = begin_turns(now, 1)
    return Progress(now, first[0] if first else None, now["done"] + now["failed"] + now["skipped"] == now["planned"])
