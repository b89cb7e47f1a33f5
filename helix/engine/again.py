"""Going on with a run that has ended: a new run of the same version that takes over what went well and does the rest again.

A run that has ended never changes. What is done again after it failed keeps its idempotency key, so that a service which has
seen the call drops the repeat; what had gone well and is done again on purpose gets a new one.
"""

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.decide import View, settle
from helix.engine.keys import idempotency_key
from helix.engine.models import Item, Run, StepRun
from helix.engine.outputs import CannotKeep, Gone, keep, load, whole
from helix.engine.pauses import why_paused
from helix.engine.plans import plan_of
from helix.engine.showing import larges
from helix.engine.states import FINAL_RUN_STATES, Cause, ItemState, Rank, RunState, StepState
from helix.engine.trial import trial_again
from helix.flows.plan import Plan
from helix.ids import new_id
from helix.teams.models import User

WELL = frozenset({StepState.SUCCEEDED, StepState.SKIPPED})


class NotAgain(Exception):
    """This run cannot be gone on with; the text says why."""


def go_on(run: Run, by: User | None, *, start_at: str | None = None, key: str | None = None) -> Run:
    """A new run that goes on with this one: with what failed or was not reached, or from the step `start_at` on. The same key
    gives the same run."""
    if key and (known := Run.objects.filter(flow_id=run.flow_id, cause_kind=Cause.RETRY, cause_key=key).first()):
        if known.retry_of_id != run.pk:
            raise NotAgain("This key has gone on with another run already. Send a key of its own.")
        return known
    if paused := why_paused(run.team_id):
        raise NotAgain(paused)
    plan = plan_of(run.version_id)
    if run.state not in FINAL_RUN_STATES:
        raise NotAgain("This run has not ended yet; cancel it first, or wait.")
    old = {(row.node, row.item_key): row for row in StepRun.objects.filter(run=run)}
    if any(row.state == StepState.UNKNOWN for row in old.values()):
        raise NotAgain(
            "A call of this run may or may not have arrived. Answer for it first, so that it is not sent twice."
        )
    if start_at is not None and (start_at, "") not in old:
        raise NotAgain(
            "This step is in a loop or was not part of the run; choose the loop, or a step outside of loops."
        )
    again = _again(plan, old, start_at)
    if not again:
        raise NotAgain("Every step of this run has ended well, so nothing is left to do. Choose the step to begin at.")
    if run.wiped_at is not None:
        raise NotAgain("The data of this run were removed, so it cannot be gone on with. Start a new one.")
    try:
        with transaction.atomic():
            return _begin(run, plan, old, again, by, key or str(new_id()))
    except (CannotKeep, Gone) as error:
        raise NotAgain(f"This run cannot be gone on with: {error}") from None
    except IntegrityError:
        known = Run.objects.filter(flow_id=run.flow_id, cause_kind=Cause.RETRY, cause_key=key or "").first()
        if known is None:
            raise
        return known


def _again(plan: Plan, old: dict[tuple[str, str], StepRun], start_at: str | None) -> set[str]:
    """The steps outside loops that are done again: those that did not go well (or the chosen one), and all after them."""
    outside = {node: row for (node, turn), row in old.items() if not turn}
    first = (
        [start_at] if start_at else [node for node, row in outside.items() if row.state not in WELL and not row.port]
    )
    return _from(plan, first) & outside.keys()


def _from(plan: Plan, starts: Iterable[str]) -> set[str]:
    seen, edge = set(starts), list(starts)
    while edge:
        for targets in plan.out.get(edge.pop(), {}).values():
            fresh = [target for target in targets if target not in seen]
            seen.update(fresh)
            edge.extend(fresh)
    return seen


def _begin(
    run: Run, plan: Plan, old: dict[tuple[str, str], StepRun], again: set[str], by: User | None, key: str
) -> Run:
    now = timezone.now()
    new = Run(
        team_id=run.team_id, flow_id=run.flow_id, version_id=run.version_id, cause_kind=Cause.RETRY, cause_key=key,
        entry=run.entry, payload={}, created_by=by, created_at=now, rank=Rank.URGENT, retry_of=run,
        state=RunState.QUEUED, depth=run.depth, dry=run.dry, pinned=run.pinned,
    )  # fmt: skip
    new.save(force_insert=True)
    if (trial := trial_again(run)) is not None:
        trial.run = new
        trial.save()
    new.payload = _own(new, run.payload)
    new.save(update_fields=["payload"])
    outside = [row for (_, turn), row in old.items() if not turn]
    before = {row.node: _view(row, again) for row in outside}
    decision = settle(plan, before, dict(before))
    rows = [_row(new, row, {**before, **decision.changed}[row.node], row.node in again, now) for row in outside]
    loops = [
        row
        for row in rows
        if row.node in again and row.state == StepState.READY and plan.nodes[row.node].type == "logic.for_each"
    ]
    StepRun.objects.bulk_create(rows)
    for row in loops:
        _take_turns_over(new, run, plan, row, old, now)
    bell.ring(sum(row.state == StepState.READY for row in rows))
    return new


def _view(row: StepRun, again: set[str]) -> View:
    return View(StepState.PENDING) if row.node in again else View(StepState(row.state), row.port)


def _row(new: Run, old: StepRun, view: View, again: bool, now: datetime) -> StepRun:
    """The step in the new run: as it was, or to be done again."""
    failed = old.state not in WELL
    row = StepRun(
        run=new, team_id=new.team_id, rank=new.rank, node=old.node, item_key=old.item_key, effect=old.effect,
        state=view.state, port=view.port,
        idempotency_key=old.idempotency_key if failed or not again else idempotency_key(new.id, new.created_at, old.node, old.item_key),
    )  # fmt: skip
    if again:
        row.due_at = now if view.state == StepState.READY else None
        row.ended_at = now if view.state == StepState.SKIPPED else None
    else:
        row.input, row.output, row.counts = _own(new, old.input), _own(new, old.output), old.counts
        row.started_at, row.ended_at = old.started_at, old.ended_at
        row.explanation = "Taken over from the run before."
    return row


def _own(new: Run, stored: Any) -> Any:
    """A value of the run before as the new one's own: what is kept apart is kept again, so that it stays when that run's goes."""
    if not larges(stored):
        return stored
    kept = keep(new.id, new.team_id, whole(load(deepcopy(stored), new.team_id)))
    kept.save()
    return kept.stored


def _take_turns_over(
    new: Run, run: Run, plan: Plan, loop: StepRun, old: dict[tuple[str, str], StepRun], now: datetime
) -> None:
    """A loop that did not go well begins again with the items that did not: the turns that ended well are taken over."""
    before = old[loop.node, ""]
    if before.state in WELL or before.counts is None:
        return
    items = list(Item.objects.filter(run=run, loop=loop.node).exclude(item_key__contains=".").order_by("position"))
    done = {item.item_key for item in items if item.state == ItemState.DONE}
    left = [item.position for item in items if item.state != ItemState.DONE]
    if not left:
        return
    inside = [
        row for (_, turn), row in old.items() if turn.partition(".")[0] in done and loop.node in plan.loops(row.node)
    ]
    StepRun.objects.bulk_create([_row(new, row, View(StepState(row.state), row.port), False, now) for row in inside])
    Item.objects.bulk_create([Item(run=new, loop=item.loop, item_key=item.item_key, position=item.position, value=item.value,
                                   state=ItemState.DONE if item.item_key in done else ItemState.PLANNED) for item in items])  # fmt: skip
    counts: dict[str, Any] = {"planned": len(items), "begun": len(done), "done": len(done), "failed": 0, "skipped": 0}
    keys = before.counts.get("keys") or {"run": str(run.pk), "at": run.created_at.isoformat()}
    StepRun.objects.filter(pk=loop.pk).update(counts={**counts, "left": left, "keys": keys})
