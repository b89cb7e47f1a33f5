"""When a schedule fires. Pure: instants are UTC; cron expressions follow the clock of a time zone.

Cronsim reads the expressions and walks plain clocks; what a change of the clock means is decided here:

- An expression with a star in its minutes or hours follows real time: each real minute whose local time fits fires, so
  both passes of an hour that comes twice fire, and an hour that does not exist fires nothing.
- Any other expression means times of the day: a time that comes twice fires in the first pass, one that does not exist
  fires once, at the first moment after the gap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

HALF_A_DAY = timedelta(hours=12)
WIDEST_GAP = timedelta(hours=26)  # Samoa once left out a whole day
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadSchedule(Exception):
    """This schedule cannot say when it fires; the text says why and what to do."""


@dataclass(frozen=True)
class Timing:
    """When a schedule fires: exactly one of `cron`, `every_minutes` and `at` is set. `zone` counts for cron."""

    cron: str = ""
    zone: str = "UTC"
    every_minutes: int = 0
    at: datetime | None = None


def timing_of(config: Mapping[str, Any]) -> Timing:
    """The timing in the settings of a `trigger.schedule`; BadSchedule when they hold none."""
    at, every = config.get("at"), config.get("every_minutes")
    if isinstance(at, str) and at:
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            raise BadSchedule(
                f"“{at[:60]}” is no moment. Write a date and time such as 2026-01-31T12:00:00Z."
            ) from None
        if moment.tzinfo is None:
            raise BadSchedule(f"“{at[:60]}” has no time zone. Write one, such as 2026-01-31T12:00:00Z.")
        return Timing(at=moment.astimezone(UTC))
    if isinstance(every, int) and not isinstance(every, bool) and every > 0:
        return Timing(every_minutes=every)
    cron, zone = config.get("cron"), config.get("timezone")
    if not isinstance(cron, str) or not cron.strip():
        raise BadSchedule("Say when the flow is to start.")
    return Timing(cron=cron, zone=zone if isinstance(zone, str) and zone else "UTC")


def firings(timing: Timing, after: datetime) -> Iterator[datetime]:
    """The instants after `after` at which it fires, in order. BadSchedule when its zone or its expression cannot be read."""
    if timing.at is not None:
        return iter([timing.at] if timing.at > after else [])
    if timing.every_minutes:
        return _intervals(timing.every_minutes, after)
    try:
        zone = ZoneInfo(timing.zone)
    except (KeyError, ValueError, OSError):
        raise BadSchedule(
            f"“{timing.zone[:60]}” is not a time zone here. Choose one of the list, such as Europe/Paris."
        ) from None
    try:
        CronSim(timing.cron, EPOCH)
    except (CronSimError, ValueError, IndexError, OverflowError) as error:
        raise BadSchedule(
            f"“{timing.cron[:60]}” is no cron expression ({error}). It has five parts, such as 0 9 * * 1-5."
        ) from None
    minutes, hours = timing.cron.split()[:2]
    if minutes.startswith("*") or hours.startswith("*"):
        return _in_real_time(timing.cron, zone, after.astimezone(UTC))
    return _at_times_of_day(timing.cron, zone, after.astimezone(UTC))


def next_fire(timing: Timing, after: datetime) -> datetime | None:
    """The first instant after `after` (UTC) at which it fires, or None when it never does again."""
    return next(firings(timing, after), None)


def coming(timing: Timing, after: datetime, count: int = 5) -> list[datetime]:
    """The next firings, at most `count`."""
    return list(islice(firings(timing, after), count))


def fires_between(timing: Timing, first: datetime, last: datetime, *, most: int = 1000) -> list[datetime]:
    """The firings from `first`, which is one, to `last`, both included, oldest first, at most so many."""
    if first > last:
        return []
    found = [first]
    for instant in firings(timing, first):
        if instant > last or len(found) >= most:
            break
        found.append(instant)
    return found


def _intervals(minutes: int, after: datetime) -> Iterator[datetime]:
    """Every so many minutes of real time, counted from the start of 1970 UTC: whatever divides a day keeps its minutes."""
    step = timedelta(minutes=minutes)
    instant = EPOCH + ((after - EPOCH) // step) * step
    while True:
        instant += step
        yield instant


def _in_real_time(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Stretch by stretch: between two changes of the clock a zone is a plain distance from UTC."""
    start, passed = after, _local(after, zone)
    while True:
        offset, turn = _offset(start, zone), None
        for local in CronSim(cron, passed):
            instant = local.replace(tzinfo=UTC) - offset
            turn = _next_turn(start, zone, instant)
            if turn is not None:
                break
            start = instant
            yield instant
        if turn is None:
            return  # it never comes again
        start, passed = turn, _local(turn, zone) - timedelta(seconds=1)  # the change itself may fire


def _at_times_of_day(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    last = after
    for local in CronSim(cron, _local(after, zone) - WIDEST_GAP):
        instant = _instant(local, zone)
        if instant > last:
            last = instant
            yield instant


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time: its first pass when it comes twice, the end of the gap when it does not exist."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _local(instant, zone) == local:
        return instant
    turn, end = instant - WIDEST_GAP, instant + WIDEST_GAP
    while _local(turn, zone) < local:
        turn = _next_turn(turn, zone, end) or end
    return turn


def _next_turn(start: datetime, zone: ZoneInfo, end: datetime) -> datetime | None:
    """The first instant after `start`, up to `end`, at which the zone's distance from UTC changes."""
    before, low = _offset(start, zone), start
    while low < end:
        high = min(low + HALF_A_DAY, end)
        if _offset(high, zone) != before:
            return _bisect(low, high, zone, before)
        low = high
    return None


def _bisect(low: datetime, high: datetime, zone: ZoneInfo, before: timedelta) -> datetime:
    early, late = (round((moment - EPOCH).total_seconds()) for moment in (low, high))
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(EPOCH + timedelta(seconds=middle), zone) == before:
            early = middle
        else:
            late = middle
    return EPOCH + timedelta(seconds=late)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
