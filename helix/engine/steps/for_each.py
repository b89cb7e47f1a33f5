"""For each: first plans a turn of its body for every item; once all turns have ended, says how they went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from helix.engine.claim import Held
from helix.engine.models import StepRun
from helix.engine.outcomes import Failed, Fanned, Outcome, Succeeded, Told, Trouble
from helix.engine.outputs import load
from helix.engine.states import StepState
from helix.engine.steps.settings import settled
from helix.engine.turns import MOST_STEPS, body
from helix.flows.plan import PlanNode

DONE = "done"


def for_each(held: Held, node: PlanNode, scope: dict[str, Any], now: datetime) -> Outcome:
    counts, concurrency = held.step.counts, max(1, int(node.config.get("concurrency") or 1))
    if counts is not None:
        told = Told(node.config)
        return Fanned((), concurrency, told) if counts.get("left") else _ended(held, node, told)
    config = settled(node, scope)
    told = Told({name: value for name, value in config.items() if name != "items"})
    items = config.get("items")
    if not isinstance(items, Sequence) or isinstance(items, str):
        return Failed(Trouble("invalid_input", "There is no list to go through.", "Map “Items” to a list."), told)
    steps = len(items) * len(body(held.segment.plan, held.step.node))
    if steps > MOST_STEPS:
        words = f"{len(items)} items with {steps // max(1, len(items))} steps each are {steps}; one loop may have {MOST_STEPS}."
        return Failed(Trouble("too_large", words, "Use fewer items, or put them into batches first."), told)
    if not items:
        return Succeeded(_counted({"planned": 0, "done": 0, "failed": 0, "skipped": 0}, node, []), DONE, told)
    return Fanned(items, concurrency, told)


def _ended(held: Held, node: PlanNode, told: Told) -> Outcome:
    counts = held.step.counts or {}
    if counts.get("hopeless"):
        hint = "Mend what they fail at, then go on with this run: it does the rest and the items that failed."
        return Failed(Trouble("items_failed", str(counts["hopeless"]), hint), told)
    if counts["failed"] and node.config.get("on_item_failure", "stop") != "continue":
        words = f"{counts['failed']} of {counts['planned']} items failed ({counts.get('message') or 'no reason given'})"
        hint = "Look at the items that failed; let the loop go on with the others if that is better."
        return Failed(Trouble("item_failed", f"{words}.", hint), told)
    return Succeeded(_counted(counts, node, _results(held, node)), DONE, told)


def _counted(counts: dict[str, Any], node: PlanNode, results: list[Any]) -> dict[str, Any]:
    found = {name: counts[name] for name in ("planned", "done", "failed", "skipped")}
    return {**found, "results": results} if node.config.get("collect") else found


def _results(held: Held, node: PlanNode) -> list[Any]:
    """What the collected step gave, item by item; None where it did not get that far."""
    collect = node.config.get("collect")
    if not collect:
        return []
    outside = f"{held.step.item_key}." if held.step.item_key else ""
    found: list[Any] = [None] * (held.step.counts or {})["planned"]
    rows = StepRun.objects.filter(
        run_id=held.run.id, node=collect, state=StepState.SUCCEEDED, item_key__startswith=outside
    )
    for place, output in rows.values_list("item_key", "output"):
        found[int(place.removeprefix(outside))] = load((output or {}).get("data"), held.run.team_id)
    return found
