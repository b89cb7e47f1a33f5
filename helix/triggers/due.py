"""Firing schedules that are due. Any number of processes may do it at once: the row of an instant is unique, and it is
written with its run and the schedule's next instant in one transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from helix.engine.cancel import cancel
from helix.engine.models import Pause, Run
from helix.engine.pauses import pauses
from helix.engine.start import start
from helix.engine.states import LIVE_RUN_STATES, Cause
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.schedules import BadSchedule, Timing, fires_between, next_fire, timing_of
from helix.triggers.zones import zone_data_version

LATE = timedelta(minutes=1)
BEFORE = timedelta(microseconds=1)
CATCH_UP_MINUTES = 60  # an instant missed by more than this is not made up for: late marketing does harm
MOST_MADE_UP = 10
MOST_MISSES = 200
log = logging.getLogger(__name__)


def fire_due(now: datetime | None = None) -> int:
    """Fire every armed schedule whose time has come; how many runs began. One that cannot fire holds up no other."""
    now = now or timezone.now()
    due = Schedule.objects.filter(armed=True, next_fire_at__lte=now).order_by("next_fire_at")
    if paused := pauses.teams():
        due = due.exclude(flow__team__in=paused)
    begun = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            begun += _fire(pk, now)
        except BadSchedule as bad:
            Schedule.objects.filter(pk=pk).update(next_fire_at=None, trouble=str(bad))
            log.warning("Schedule %s cannot fire: %s", pk, bad, extra={"schedule": pk})
        except IntegrityError:
            continue  # another scheduler was first
        except Exception:  # a defect in one flow must not stop the others' schedules
            log.exception("Schedule %s did not fire; it is tried again.", pk, extra={"schedule": pk})
    return begun


def begin_queued(now: datetime | None = None) -> int:
    """Begin the starts that waited for an earlier run to end; how many began."""
    now = now or timezone.now()
    waiting = ScheduleFire.objects.filter(outcome="queued").order_by("fire_at")
    if paused := pauses.teams():
        waiting = waiting.exclude(schedule__flow__team__in=paused)
    begun = 0
    for pk, schedule_id in list(waiting.values_list("pk", "schedule")):
        with transaction.atomic():
            schedule = _locked(schedule_id)
            fire = ScheduleFire.objects.filter(pk=pk, outcome="queued").first()
            if fire is None:
                continue
            if not schedule.armed or schedule.flow.published is None:
                _end(fire, "skipped", "The flow was switched off while this start waited.")
            elif _is_too_late(schedule, fire.fire_at, now):
                _end(fire, "missed", "The run before it took so long that this start would have been too late.")
            elif not _live(schedule):
                begun += _run(schedule, fire, now)
    return begun


def refresh_zones(now: datetime | None = None) -> int:
    """Work out the planned instants again where they come from other time zone data than this machine's; how many moved."""
    now, version, moved = now or timezone.now(), zone_data_version(), 0
    for pk in list(Schedule.objects.filter(armed=True).exclude(zone_data=version).values_list("pk", flat=True)):
        with transaction.atomic():
            schedule = _locked(pk)
            planned = schedule.next_fire_at
            if planned is None or planned > now:
                try:
                    schedule.next_fire_at, schedule.trouble = next_fire(timing_of(schedule.config), now), ""
                except BadSchedule as bad:
                    schedule.next_fire_at, schedule.trouble = None, str(bad)
            moved += schedule.next_fire_at != planned
            schedule.zone_data = version
            schedule.save(update_fields=["next_fire_at", "trouble", "zone_data"])
    return moved


def _locked(pk: UUID) -> Schedule:
    return Schedule.objects.select_for_update(of=("self",)).select_related("flow__published").get(pk=pk)


def _fire(pk: UUID, now: datetime) -> int:
    with transaction.atomic():
        schedule = _locked(pk)
        first = schedule.next_fire_at
        if not schedule.armed or first is None or first > now or schedule.flow.published is None:
            return 0
        timing = timing_of(schedule.config)
        chosen = _account(schedule, timing, first, now)
        begun = sum(_begin(schedule, instant, now) for instant in chosen)
        schedule.next_fire_at = next_fire(timing, now)
        schedule.save(update_fields=["next_fire_at"])
        return begun


def _account(schedule: Schedule, timing: Timing, first: datetime, now: datetime) -> list[datetime]:
    """The instants from `first` to `now` that begin a run; the others are written down as missed."""
    window = timedelta(minutes=_minutes(schedule.config, "catch_up_minutes") or CATCH_UP_MINUTES)
    edge, most = now - window - BEFORE, int(window / timedelta(minutes=1)) + 1
    old = fires_between(timing, first, edge, most=MOST_MISSES) if first <= edge else []
    start_at = first if first > edge else next_fire(timing, edge)
    recent = fires_between(timing, start_at, now, most=most) if start_at is not None else []
    chosen = _chosen(schedule.config.get("misfire") or "latest", recent, now)
    chosen = [instant for instant in chosen if not _is_too_late(schedule, instant, now)]
    taken = set(chosen)
    left = [each for each in recent if each not in taken]
    if not old and not left:
        return chosen
    why = "The team was paused" if _was_paused(schedule, first) else "Helix was not running"
    _miss(schedule, old, f"{why}, and it was too late to make up for it.", cut=len(old) == MOST_MISSES)
    _miss(schedule, left, f"{why}, and the settings say not to make up for it.")
    return chosen


def _was_paused(schedule: Schedule, first: datetime) -> bool:
    """Whether the team was paused at this missed instant."""
    return Pause.objects.filter(team_id=schedule.flow.team_id, began_at__lte=first, ended_at__gte=first).exists()


def _chosen(policy: str, recent: Sequence[datetime], now: datetime) -> Sequence[datetime]:
    if policy == "all":
        return recent[-MOST_MADE_UP:]
    if policy == "skip":
        return [instant for instant in recent if now - instant <= LATE]
    return recent[-1:]


def _miss(schedule: Schedule, instants: Sequence[datetime], note: str, *, cut: bool = False) -> None:
    rows = [ScheduleFire(schedule=schedule, fire_at=instant, outcome="missed", note=note) for instant in instants]
    if cut and rows:
        rows[-1].note = f"{note} Starts after this one were missed, too; they are not listed one by one."
    ScheduleFire.objects.bulk_create(rows)


def _is_too_late(schedule: Schedule, instant: datetime, now: datetime) -> bool:
    most = _minutes(schedule.config, "not_later_than_minutes")
    return most > 0 and now - instant > timedelta(minutes=most)


def _minutes(config: dict[str, Any], name: str) -> int:
    found = config.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _begin(schedule: Schedule, instant: datetime, now: datetime) -> int:
    """Write the instant down, and begin its run unless an earlier one is in the way."""
    fire = ScheduleFire(schedule=schedule, fire_at=instant)
    policy = schedule.config.get("overlap") or "queue_one"
    if policy != "parallel" and (live := _live(schedule)):
        if policy == "cancel_old":
            for run in live:
                cancel(run, None)
        elif policy == "skip":
            return _end(fire, "skipped", "The run before it was still going.")
        elif ScheduleFire.objects.filter(schedule=schedule, outcome="queued").exists():
            return _end(fire, "skipped", "The run before it was still going, and another start waits already.")
        else:
            return _end(fire, "queued", "Waits for the run before it to end.")
    return _run(schedule, fire, now)


def _live(schedule: Schedule) -> list[Run]:
    return list(
        Run.objects.filter(
            flow_id=schedule.flow_id, cause_kind=Cause.SCHEDULE, entry=schedule.node, state__in=sorted(LIVE_RUN_STATES)
        )
    )


def _end(fire: ScheduleFire, outcome: str, note: str) -> int:
    fire.outcome, fire.note = outcome, note
    fire.save()
    return 0


def _run(schedule: Schedule, fire: ScheduleFire, now: datetime) -> int:
    fire.outcome, fire.note = "late" if now - fire.fire_at > LATE else "fired", ""
    fire.save()
    version = schedule.flow.published
    assert version is not None  # read under the lock by the caller
    payload = {"fired_at": now.isoformat(), "scheduled_for": fire.fire_at.isoformat()}
    key = f"{schedule.node}@{fire.fire_at.isoformat()}"
    fire.run = start(version, cause=Cause.SCHEDULE, key=key, payload=payload, entry=schedule.node)
    fire.save(update_fields=["run"])
    return 1
