"""The turns of a loop: how they begin, and what the end of one means for the loop. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helix.engine.decide import Decision, View, settle
from helix.engine.states import StepState
from helix.flows.plan import Plan

MOST_STEPS = 10_000
"""Steps that all turns of one loop may have together."""


TRIED = 100
"""After so many items a loop that goes on after failures looks back: when most have failed, the rest is not begun."""


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
    hopeless = not stop_at_failure and now["done"] + now["failed"] == TRIED and now["failed"] * 2 > TRIED
    if (stop_at_failure and not well) or hopeless:
        now["skipped"] = now["planned"] - now["begun"]
        now.pop("left", None)
    if hopeless and now["skipped"]:
        why = f"{now['failed']} of the first {TRIED} items failed, so the other {now['skipped']:,} were not begun. The first failure: "
        now["hopeless"] = why + str(now.get("message", ""))
    now, first = begin_turns(now, 1)
    return Progress(now, first[0] if first else None, now["done"] + now["failed"] + now["skipped"] == now["planned"])
