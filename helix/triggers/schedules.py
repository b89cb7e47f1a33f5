"""When a schedule fires. Pure: cron expressions in a time zone (cronsim), instants in UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim


def next_fire(cron: str, zone: str, after: datetime) -> datetime | None:
    """The first instant after `after` (UTC) at which the expression fires in that zone, or None when it never does."""
    found = next(CronSim(cron, after.astimezone(ZoneInfo(zone))), None)
    return found.astimezone(UTC) if found else None


def fires_between(cron: str, zone: str, first: datetime, last: datetime, *, most: int = 1000) -> list[datetime]:
    """The firings from `first` to `last`, both included, at most that many, oldest first."""
    found = [first] if first <= last else []
    while found and len(found) < most:
        coming = next_fire(cron, zone, found[-1])
        if coming is None or coming > last:
            break
        found.append(coming)
    return found
