"""How a thing stands, and what is to be said when that changes: it began, it goes on, it is over. Pure.

Ten thousand failures are one alert. It is over once things went well and stayed so for a while (`calm`); what keeps coming
back must stay well for longer. So a flow of which every other run fails is one alert, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

FAILED, LATE, SILENT, PAUSED, CAPPED, RECOVERED = "failed", "late", "silent", "paused", "capped", "recovered"
KINDS = (FAILED, LATE, SILENT, PAUSED, CAPPED)
Said = Literal["opened", "reminder", "closed"]

CALM = timedelta(minutes=5)
MOST_FLAPS = 4
SOON = timedelta(hours=6)
REMINDERS = (1, 4, 12, 24, 72, 168)
"""Hours from one reminder to the next; the last holds from then on."""


@dataclass(frozen=True)
class Standing:
    """See models.AlertState, whose row this is."""

    is_open: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    last_at: datetime | None = None
    good_at: datetime | None = None
    count: int = 0
    told_count: int = 0
    reminders: int = 0
    remind_at: datetime | None = None
    flaps: int = 0


def calm(standing: Standing) -> timedelta:
    """How long things must go well before it is over."""
    return CALM * (1 << min(standing.flaps, MOST_FLAPS))


def after_ends(standing: Standing, ends: Iterable[tuple[datetime, bool]]) -> tuple[Standing, list[Said]]:
    """How it stands after these ends of runs (when, and whether it went well), and what is to be said."""
    said: list[Said] = []
    for at, well in sorted(ends):
        if not well:
            if standing.is_open:
                last = max(at, standing.last_at or at)
                good = standing.good_at if standing.good_at is not None and standing.good_at > at else None
                standing = replace(standing, count=standing.count + 1, last_at=last, good_at=good)
            elif standing.closed_at is None or at > standing.closed_at:
                standing = opened(standing, at)
                said.append("opened")
        elif standing.is_open and standing.last_at is not None and at > standing.last_at:
            standing = replace(standing, good_at=standing.good_at or at)
            if at - standing.last_at >= calm(standing):  # type: ignore[operator]  # replace keeps last_at
                standing = closed(standing, at)
                said.append("closed")
    return standing, said


def at_clock(standing: Standing, now: datetime) -> tuple[Standing, list[Said]]:
    """What the clock alone changes: failures that have been over for long enough, and reminders."""
    if not standing.is_open:
        return standing, []
    last = standing.last_at or now
    if standing.good_at is not None and now - last >= calm(standing):
        return closed(standing, now), ["closed"]
    if standing.remind_at is None or now < standing.remind_at:
        return standing, []
    again = replace(standing, remind_at=_next_reminder(standing.reminders + 1, now), reminders=standing.reminders + 1)
    return replace(again, told_count=standing.count), ["reminder"]


def seen(standing: Standing, there: bool, now: datetime) -> tuple[Standing, list[Said]]:
    """How it stands after looking whether a condition (paused, late, silent) is there."""
    if there and not standing.is_open:
        return opened(standing, now), ["opened"]
    if not there and standing.is_open:
        return closed(standing, now), ["closed"]
    return at_clock(standing, now)


def opened(standing: Standing, at: datetime) -> Standing:
    """It began."""
    soon = standing.closed_at is not None and at - standing.closed_at < SOON
    return Standing(
        is_open=True, opened_at=at, closed_at=standing.closed_at, last_at=at, count=1, told_count=1,
        remind_at=_next_reminder(0, at), flaps=standing.flaps + 1 if soon else 0,
    )  # fmt: skip


def closed(standing: Standing, at: datetime) -> Standing:
    """It is over."""
    return replace(standing, is_open=False, closed_at=at, remind_at=None)


def _next_reminder(number: int, now: datetime) -> datetime:
    return now + timedelta(hours=REMINDERS[min(number, len(REMINDERS) - 1)])
