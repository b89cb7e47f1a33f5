"""After a restore: what was under way when the backup was made goes on, and nothing goes out twice by Helix's own doing.

What was done after the backup is not in it. So a person may choose to hold: then nothing goes out by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from helix.engine.bulk.models import BulkAction, BulkState
from helix.engine.cancel import cancel
from helix.engine.models import Run, StepRun
from helix.engine.states import LIVE_RUN_STATES, StepState
from helix.engine.sweep import Watch, take_back_lost
from helix.triggers.models import Schedule, ScheduleFire, TriggerInbox
from helix.triggers.schedules import BadSchedule, fires_between, next_fire, timing_of

MOST_MISSES = 200
NOTE = "Helix was restored from a backup and was told to hold; this start may have been made before."


@dataclass(frozen=True)
class After:
    """What became of what was under way."""

    taken_back: int
    in_doubt: int
    live: int
    due: int  # schedules whose time came since
    held: int


class _Nobody(Watch):
    """No worker is left that could hold a step."""

    def silent(self, leases: dict[UUID, datetime | None]) -> list[UUID]:
        return list(leases)


def settle(*, hold: bool) -> After:
    """Take back the steps that were under way: what may have been sent and must not be sent twice is in doubt and waits for a
    person. `hold`: runs that had not ended are cancelled, and what was due since is not begun."""
    now = timezone.now()
    StepRun.objects.filter(state=StepState.RUNNING).update(lease_until=now - timedelta(seconds=1))
    taken, found = 0, 1
    while found:
        found = take_back_lost(now, _Nobody())
        taken += found
    due = Schedule.objects.filter(armed=True, next_fire_at__lte=now)
    number, held = due.count(), 0
    if hold:
        held = _hold_runs() + _hold_deliveries() + sum(_hold_schedule(each, now) for each in list(due))
    return After(
        taken_back=taken,
        in_doubt=StepRun.objects.filter(state=StepState.UNKNOWN).count(),
        live=Run.objects.filter(state__in=sorted(LIVE_RUN_STATES)).count(),
        due=number,
        held=held,
    )


def _hold_runs() -> int:
    """Cancel what had not ended. Calls in doubt stay with their runs, to be looked at."""
    BulkAction.objects.filter(state=BulkState.CARRYING).update(
        state=BulkState.STOPPED, ended_at=timezone.now(), notice=NOTE
    )
    ScheduleFire.objects.filter(outcome="queued").update(outcome="missed", note=NOTE)
    live = Run.objects.filter(state__in=sorted(LIVE_RUN_STATES)).order_by("pk")
    return sum(cancel(run, None) for run in list(live))


def _hold_deliveries() -> int:
    return TriggerInbox.objects.filter(state="new").update(
        state="ignored", note="It came from a backup and may have begun a run since. Run it again if it has not."
    )


def _hold_schedule(schedule: Schedule, now: datetime) -> int:
    """Write down what came due as missed, and go on with the next one."""
    assert schedule.next_fire_at is not None  # it is due
    try:
        timing = timing_of(schedule.config)
        instants = fires_between(timing, schedule.next_fire_at, now, most=MOST_MISSES)
        schedule.next_fire_at = next_fire(timing, now)
    except BadSchedule:
        return 0  # the scheduler says so
    rows = [ScheduleFire(schedule=schedule, fire_at=at, outcome="missed", note=NOTE) for at in instants]
    ScheduleFire.objects.bulk_create(rows, ignore_conflicts=True)
    schedule.save(update_fields=["next_fire_at"])
    return len(rows)
