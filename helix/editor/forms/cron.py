"""Cron expressions as simple sentences and back: "every 15 minutes", "weekdays at 09:00". Anything else stays cron."""

import re
from dataclasses import dataclass
from functools import partial

MODES = ("minutes", "hours", "daily", "weekdays", "weekly", "monthly", "custom")
MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
HOURS = (1, 2, 3, 4, 6, 8, 12)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}


@dataclass(frozen=True)
class Rhythm:
    """A schedule in parts. `days`: 1 is Monday, 7 is Sunday. `custom`: only the cron text itself says it."""

    mode: str
    every: int = 15
    hour: int = 9
    minute: int = 0
    days: tuple[int, ...] = (1,)
    day: int = 1

    @property
    def time(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"


def read_rhythm(cron: str) -> Rhythm:
    """The simple form of a cron text, or `custom` when it has none."""
    parts = cron.split()
    if len(parts) != 5:
        return Rhythm("custom")
    minute, hour, day, month, weekday = parts
    if month != "*":
        return Rhythm("custom")
    if (hour, day, weekday) == ("*", "*", "*") and (found := re.fullmatch(r"\*(?:/(\d+))?", minute)):
        every = int(found[1] or 1)
        return Rhythm("minutes", every=every) if every in MINUTES else Rhythm("custom")
    if not _number(minute, 59):
        return Rhythm("custom")
    if (day, weekday) == ("*", "*") and (found := re.fullmatch(r"\*(?:/(\d+))?", hour)):
        every = int(found[1] or 1)
        return Rhythm("hours", every=every, minute=int(minute)) if every in HOURS else Rhythm("custom")
    if not _number(hour, 23):
        return Rhythm("custom")
    at = partial(Rhythm, hour=int(hour), minute=int(minute))
    if weekday == "*":
        if day == "*":
            return at("daily")
        return at("monthly", day=int(day)) if _number(day, 31) and int(day) else Rhythm("custom")
    days = _days(weekday) if day == "*" else None
    if not days:
        return Rhythm("custom")
    return at("weekdays") if days == (1, 2, 3, 4, 5) else at("weekly", days=days)


def write_cron(rhythm: Rhythm) -> str:
    """The cron text of a simple form (the browser composes the same text, see inspector_schedule.js)."""
    at = f"{rhythm.minute} {rhythm.hour}"
    match rhythm.mode:
        case "minutes":
            return "* * * * *" if rhythm.every == 1 else f"*/{rhythm.every} * * * *"
        case "hours":
            return f"{rhythm.minute} {'*' if rhythm.every == 1 else f'*/{rhythm.every}'} * * *"
        case "daily":
            return f"{at} * * *"
        case "weekdays":
            return f"{at} * * 1-5"
        case "weekly":
            return f"{at} * * {','.join(str(day % 7) for day in rhythm.days) or '1'}"
        case "monthly":
            return f"{at} {rhythm.day} * *"
    raise ValueError("A custom schedule is its own cron text.")


def _number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= most


def _days(text: str) -> tuple[int, ...] | None:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        if start is None or end is None or end < start:
            return None
        days.update(day or 7 for day in (each % 7 for each in range(start, end + 1)))
    return tuple(sorted(days))


def _weekday(text: str) -> int | None:
    return int(text) if _number(text, 7) else _NAMES.get(text)
