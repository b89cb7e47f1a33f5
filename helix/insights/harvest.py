"""The harvest: each ended run is counted exactly once, whoever counts and whenever they die.

A run, its mark `counted`, the tallies, and what others note of its end (`also`) change in one transaction.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min

from helix.engine.models import Run
from helix.engine.turnstile import one_writer
from helix.insights.counting import (
    AT_ONCE,
    FIELDS,
    End,
    add,
    add_totals,
    ends_not_counted,
    hour_of,
    read_ends,
    tallies_of,
)
from helix.insights.models import Counter, RunTally, StepTally

MOST_BATCHES = 10
"""So many at most in one round: other duties have their turn."""


def harvest(also: Callable[[Sequence[End]], None] | None = None, most: int = MOST_BATCHES) -> int:
    """Count runs that have ended since; how many. `also` is told of them in the same transaction."""
    done = 0
    for _ in range(most):
        ends = ends_not_counted()
        if not ends or not _take(ends, also):
            break
        done += len(ends)
        if len(ends) < AT_ONCE:
            break
    return done


def _take(ends: list[End], also: Callable[[Sequence[End]], None] | None) -> bool:
    found = tallies_of(ends)  # read before, so that the transaction is short
    with one_writer(), transaction.atomic():
        _hold()
        taken = Run.objects.filter(pk__in=[end.id for end in ends], counted=False).update(counted=True)
        if taken != len(ends):  # another process counted some of them: look anew
            transaction.set_rollback(True)
            return False
        add(found)
        add_totals(found)
        if also is not None:
            also(ends)
    return True


def recount(team_id: UUID) -> tuple[int, date | None]:
    """Count the runs of a team anew, day by day, from the first day that all its runs are still kept of; the counts of the
    days before stay as they are. How many runs, and the first day."""
    counted = Run.objects.filter(team_id=team_id, counted=True, ended_at__isnull=False)
    span = counted.aggregate(first=Min("ended_at"), last=Max("ended_at"))
    if span["first"] is None:
        return 0, None
    tallied = RunTally.objects.filter(team_id=team_id).aggregate(first=Min("at"))["first"]
    first = span["first"].date()
    if tallied is not None and tallied < hour_of(span["first"]):
        first += timedelta(days=1)  # runs of that day may have been removed
    done, day = 0, first
    while day <= span["last"].date():
        done += _recount_day(team_id, day)
        day += timedelta(days=1)
    return done, first


def _recount_day(team_id: UUID, day: date) -> int:
    begin = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    end, done = begin + timedelta(days=1), 0
    with transaction.atomic():
        _hold()
        RunTally.objects.filter(team_id=team_id, at__gte=begin, at__lt=end).delete()
        StepTally.objects.filter(team_id=team_id, at=day).delete()
        runs = Run.objects.filter(team_id=team_id, counted=True, ended_at__gte=begin, ended_at__lt=end)
        ids = list(runs.values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            ends = read_ends(Run.objects.filter(pk__in=ids[start : start + AT_ONCE]).values_list(*FIELDS))
            add(tallies_of(ends))
            done += len(ends)
    return done


def _hold() -> None:
    if not Counter.objects.select_for_update().filter(pk=1).exists():
        Counter.objects.get_or_create(pk=1)
        Counter.objects.select_for_update().get(pk=1)
