"""Days on which the clock of a time zone is changed. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Turn:
    """On `day` the clock of `zone` goes on (`minutes` > 0) or back."""

    day: date
    zone: str
    minutes: int

    @property
    def words(self) -> str:
        """What it means for starts, in a sentence."""
        zone, length = self.zone.replace("_", " "), _length(abs(self.minutes))
        if self.minutes > 0:
            return f"{zone}: the clock goes on {length}. A start at a time that is left out comes right after the gap."
        return (
            f"{zone}: the clock goes back {length}. A start at a time that comes twice comes once, in the first pass."
        )


def turns(zones: set[str], first: date, days: int) -> list[Turn]:
    """The changes of these zones' clocks on these days, in order."""
    found = []
    for name in sorted(zones):
        zone = ZoneInfo(name)
        for number in range(days):
            day = first + timedelta(days=number)
            before, after = (_offset(day + timedelta(days=step), zone) for step in (0, 1))
            if minutes := round((after - before).total_seconds() / 60):
                found.append(Turn(day, name, minutes))
    return sorted(found, key=lambda turn: (turn.day, turn.zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the day begins there."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(), zone).utcoffset() or timedelta()


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []) + ([f"{rest} minutes"] if rest else [])
    return " and ".join(parts)
