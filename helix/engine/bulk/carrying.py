"""The rounds carry actions on many runs out: a few runs at a time, each in a transaction of its own with its own result, so that
a process that dies in the middle leaves nothing half done and nothing is done twice. Any number of processes may do it at once."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.again import NotAgain, go_on
from helix.engine.bulk.models import BulkAction, BulkItem, BulkItemState, BulkKind, BulkState
from helix.engine.cancel import cancel
from helix.engine.models import Run, StepRun
from helix.engine.pauses import pauses
from helix.engine.resolve import Answer, resolve
from helix.engine.states import RunState
from helix.engine.turnstile import one_writer
from helix.teams.models import Member, User
from helix.teams.roles import Ability, may
from integrations.kit.points import reach

PIECE = 20
AT_ONCE_SECONDS = 0.6
"""A round is as long at most: schedules and timers must not wait for an action on thousands of runs."""
log = logging.getLogger(__name__)


class Refused(Exception):
    """This cannot be done to this run; the text says why."""


def carry_bulk() -> int:
    """A round's duty: carry the actions out that were asked for, a piece of each in turn. How many runs were dealt with."""
    until, dealt = time.monotonic() + AT_ONCE_SECONDS, 0
    while actions := list(_of_teams_that_go_on().order_by("created_at")[:20]):
        moved = 0
        for action in actions:
            moved += _piece(action, until)
            if time.monotonic() >= until:
                return dealt + moved
        if not moved:
            break
        dealt += moved
    return dealt


def _of_teams_that_go_on() -> QuerySet[BulkAction]:
    """What can be carried on now. While a team is paused its runs may still be cancelled."""
    carrying = BulkAction.objects.filter(state=BulkState.CARRYING)
    paused = pauses.teams()
    return carrying.exclude(~Q(kind=BulkKind.CANCEL), team__in=paused) if paused else carrying


def stop(action: BulkAction, notice: str) -> bool:
    """Leave the rest undone; False when the action has ended already."""
    live = BulkAction.objects.filter(pk=action.pk, state=BulkState.CARRYING)
    with transaction.atomic():
        if not live.update(state=BulkState.STOPPED, notice=notice[:400], ended_at=timezone.now()):
            return False
        noted(action.team_id, Act.BULK_STOPPED, action, after=notice)
    return True


def _piece(action: BulkAction, until: float) -> int:
    """Some runs of the action; how many."""
    by = action.by
    member = Member.objects.filter(team_id=action.team_id, user=by).first() if by else None
    if by is None or member is None or not may(member.role, Ability.OPERATE):
        stop(action, "Stopped, as the person who asked for it may no longer do this in the team.")
        return 0
    planned = action.items.filter(state=BulkItemState.PLANNED).order_by("position")
    ids = list(planned.values_list("pk", flat=True)[:PIECE])
    if not ids:
        _finish(action)
        return 0
    dealt = 0
    for pk in ids:
        dealt += _carry_one(action, pk, by)
        if time.monotonic() >= until:
            break
    return dealt


def _finish(action: BulkAction) -> None:
    """The action is done once no run of it is planned, nor locked by another process (which would leave it unplanned or as it was)."""
    with one_writer(), transaction.atomic():
        if not action.items.filter(state=BulkItemState.PLANNED).exists():
            BulkAction.objects.filter(pk=action.pk, state=BulkState.CARRYING).update(
                state=BulkState.DONE, ended_at=timezone.now()
            )


def _carry_one(action: BulkAction, pk: int, by: User) -> int:
    """Do it to one run, and write down what came of it in the same commit; 0 when another process has it."""
    with one_writer(), transaction.atomic():
        mine = BulkItem.objects.filter(pk=pk, state=BulkItemState.PLANNED, action__state=BulkState.CARRYING)
        item = mine.select_for_update(skip_locked=True, of=("self",)).first()
        if item is None:
            return 0
        try:
            with transaction.atomic():
                item.begun = DEEDS[BulkKind(action.kind)](action, item, by)
            item.state = BulkItemState.DONE
        except Refused as refused:
            item.state, item.message = BulkItemState.REFUSED, str(refused)
        except DatabaseError:
            raise  # the database is away, or somebody was faster: the next round tries again
        except Exception as error:
            log.exception("bulk action %s, run %s", action.pk, item.run_id, extra={"run": item.run_id})
            item.state = BulkItemState.REFUSED
            item.message = (
                f"Helix failed at this one ({type(error).__name__}); its log says more. Try it on the run's page."
            )
        item.ended_at = timezone.now()
        item.save(update_fields=["state", "message", "begun", "ended_at"])
        reach("inside_result_commit")
    return 1


def _retry(action: BulkAction, item: BulkItem, by: User) -> UUID | None:
    run = _run(item)
    later = run.retries.order_by("-created_at").values_list("state", flat=True).first()
    if later is not None:
        how = "and that went well" if later == RunState.SUCCEEDED else "retry the run that went on with it instead"
        raise Refused(f"It was gone on with already: {how}.")
    try:
        return go_on(run, by, key=f"bulk:{action.pk}:{run.pk}").pk
    except NotAgain as reason:
        raise Refused(str(reason)) from None


def _cancel(action: BulkAction, item: BulkItem, by: User) -> UUID | None:
    if not cancel(_run(item), by):
        raise Refused("It had ended already.")
    return None


def _answer(action: BulkAction, item: BulkItem, by: User) -> UUID | None:
    step = StepRun.objects.filter(run_id=item.run_id, pk=item.step).first() if item.step else None
    answer: dict[str, Answer] = {"arrived": "arrived", "again": "again", "skip": "skip"}
    if step is None or not resolve(step, answer[action.kind], by, alone=False):
        raise Refused("It was answered already, or its run has ended and it cannot be sent again.")
    return None


def _run(item: BulkItem) -> Run:
    run = Run.objects.filter(pk=item.run_id).first()
    if run is None:
        raise Refused("The run is no longer there: the team's retention removed it.")
    return run


Deed = Callable[[BulkAction, BulkItem, User], UUID | None]
DEEDS: dict[BulkKind, Deed] = {
    BulkKind.RETRY: _retry,
    BulkKind.CANCEL: _cancel,
    BulkKind.ARRIVED: _answer,
    BulkKind.AGAIN: _answer,
    BulkKind.SKIP: _answer,
}


def progress(action: BulkAction, now: datetime | None = None) -> dict[str, int]:
    """How many of its runs are done, refused and still planned, and how many parts in a hundred have been dealt with."""
    counts = {state.value: 0 for state in BulkItemState}
    for state in BulkItemState:
        counts[state.value] = action.items.filter(state=state).count()
    dealt = counts["done"] + counts["refused"]
    return {**counts, "dealt": dealt, "percent": 100 if not action.total else dealt * 100 // action.total}
