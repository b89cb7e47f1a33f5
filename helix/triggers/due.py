"""Firing schedules that are due. Any number of processes may do it at once: the row of an instant is unique."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from helix.engine.start import start
from helix.engine.states import Cause
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.schedules import fires_between, next_fire

CATCH_UP = timedelta(hours=1)  # an instant missed by more than this is not made up for: late marketing does harm
LATE = timedelta(minutes=1)
KEPT_MISSES = 50


def fire_due(now: datetime | None = None) -> int:
    """Fire every armed schedule whose time has come; how many runs began."""
    now = now or timezone.now()
    due = Schedule.objects.filter(armed=True, next_fire_at__lte=now).values_list("pk", flat=True)
    return sum(_fire(pk, now) for pk in list(due))


def _fire(pk: UUID, now: datetime) -> int:
    try:
        with transaction.atomic():
            schedule = Schedule.objects.select_for_update(of=("self",)).select_related("flow__published").get(pk=pk)
            if (
                not schedule.armed
                or schedule.next_fire_at is None
                or schedule.next_fire_at > now
                or schedule.flow.published is None
            ):
                return 0
            instants = fires_between(schedule.cron, schedule.timezone, schedule.next_fire_at, now)
            latest = instants.pop()
            for missed in instants[-KEPT_MISSES:]:
                ScheduleFire.objects.create(schedule=schedule, fire_at=missed, outcome="missed")
            begun = _begin(schedule, latest, now)
            schedule.next_fire_at = next_fire(schedule.cron, schedule.timezone, now)
            schedule.save(update_fields=["next_fire_at"])
            return begun
    except IntegrityError:
        return 0  # another scheduler was first


def _begin(schedule: Schedule, instant: datetime, now: datetime) -> int:
    if now - instant > CATCH_UP:
        ScheduleFire.objects.create(schedule=schedule, fire_at=instant, outcome="missed")
        return 0
    fire = ScheduleFire.objects.create(
        schedule=schedule, fire_at=instant, outcome="late" if now - instant > LATE else "fired"
    )
    version = schedule.flow.published
    assert version is not None  # read under the lock by the caller
    payload = {"fired_at": now.isoformat(), "scheduled_for": instant.isoformat()}
    key = f"{schedule.node}@{instant.isoformat()}"
    fire.run = start(version, cause=Cause.SCHEDULE, key=key, payload=payload, entry=schedule.node)
    fire.save(update_fields=["run"])
    return 1
