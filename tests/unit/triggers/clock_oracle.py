"""When cron expressions fire, worked out the slow way: every minute of real time is looked at. Knows no cronsim.

`python -m tests.unit.triggers.clock_oracle` compares it with helix.triggers.schedules over 24 zones, two years and every
expression of `EXPRESSIONS`, and prints the number of differences.
"""

import calendar
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from helix.triggers.schedules import Timing, firings

ZONES = (
    "UTC", "Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Athens", "Europe/Moscow", "Atlantic/Azores", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "America/St_Johns", "America/Havana", "America/Santiago",
    "America/Asuncion", "America/Sao_Paulo", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Jerusalem", "Asia/Kathmandu",
    "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Chatham",
)  # fmt: skip
EXPRESSIONS = (
    "* * * * *", "*/5 * * * *", "*/7 * * * *", "*/15 * * * *", "*/30 * * * *", "0 * * * *", "30 * * * *", "15,45 * * * *", "0 */2 * * *",
    "45 */3 * * *", "*/20 2 * * *", "* 1 * * *", "*/10 0-3 * * *", "0 0 * * *", "30 0 * * *", "0 1 * * *", "30 1 * * *", "59 1 * * *",
    "0 2 * * *", "1 2 * * *", "15 2 * * *", "30 2 * * *", "45 2 * * *", "0,15,30,45 2 * * *", "0 3 * * *", "30 3 * * *", "0 9 * * *",
    "0 9 * * 1-5", "0 9 * * 0", "0 9 * * 7", "30 2 * * 0", "30 1 * * SUN", "0 0-4 * * *", "10,50 1-3 * * *", "0 0 1 * *", "0 0 31 * *",
    "30 2 29 3 *", "0 0 L * *", "0 12 13 * 5", "0 12 */2 * 1", "59 23 31 12 *", "0 0 29 2 *", "30 23 * 10,11 6", "5 4 * MAR,NOV *",
)  # fmt: skip
YEARS = (2026, 2027)


@cache
def minutes_of(zone: str, first: datetime, last: datetime) -> dict[date, dict[int, list[tuple[datetime, int, bool]]]]:
    """Every minute of real time by its local date and hour: (instant, local minute, whether it is the second pass)."""
    place = ZoneInfo(zone)
    found: dict[date, dict[int, list[tuple[datetime, int, bool]]]] = {}
    instant = first
    while instant <= last:
        local = instant.astimezone(place)
        found.setdefault(local.date(), {}).setdefault(local.hour, []).append((instant, local.minute, local.fold == 1))
        instant += timedelta(minutes=1)
    return found


def numbers(text: str, low: int, high: int, names: str = "") -> set[int]:
    """The numbers that one part of an expression means."""
    known = {name: str(number) for number, name in enumerate(names.split(), start=low)}
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = (known.get(word, word) for word in span.partition("-"))
        start = low if first == "*" else int(first)
        end = high if first == "*" or (step and not dash) else int(last if dash else first)
        found.update(range(start, end + 1, int(step or 1)))
    return found


def date_fits(cron: str, day: date) -> bool:
    """Whether the date is one of the expression's: a star in the day or the weekday means both must fit, else one may."""
    _, _, days, months, weekdays = cron.split()
    if day.month not in numbers(months, 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"):
        return False
    last = calendar.monthrange(day.year, day.month)[1]
    in_month = day.day == last if days == "L" else day.day in numbers(days, 1, 31)
    in_week = bool({day.isoweekday(), day.isoweekday() % 7} & numbers(weekdays, 0, 7, "SUN MON TUE WED THU FRI SAT"))
    both = days.startswith("*") or weekdays.startswith("*")
    return (in_month and in_week) if both else (in_month or in_week)


def oracle(cron: str, zone: str, first: datetime, last: datetime) -> list[datetime]:
    """The instants from `first` to `last` at which it must fire."""
    real_time = cron.split(maxsplit=1)[0].startswith("*") or cron.split()[1].startswith("*")
    minutes, hours = numbers(cron.split(maxsplit=1)[0], 0, 59), numbers(cron.split()[1], 0, 23)
    found: set[datetime] = set()
    walked = minutes_of(zone, first, last)
    for day, by_hour in walked.items():
        if not date_fits(cron, day):
            continue
        for hour in hours & by_hour.keys():
            found.update(
                instant for instant, minute, again in by_hour[hour] if minute in minutes and (real_time or not again)
            )
    return sorted(found if real_time else found | set(_after_gaps(cron, zone, first, last, minutes, hours)))


def _after_gaps(
    cron: str, zone: str, first: datetime, last: datetime, minutes: set[int], hours: set[int]
) -> Iterator[datetime]:
    """The moments after a gap in which a time of the day would have come."""
    for instant, skipped in gaps(zone, first, last):
        if any(date_fits(cron, local.date()) and local.hour in hours and local.minute in minutes for local in skipped):
            yield instant


@cache
def gaps(zone: str, first: datetime, last: datetime) -> list[tuple[datetime, list[datetime]]]:
    """Each moment at which the clock jumps ahead, with the local minutes that it leaves out."""
    place, found, instant = ZoneInfo(zone), [], first
    before = first.astimezone(place).replace(tzinfo=None)
    while instant < last:
        instant += timedelta(minutes=1)
        local = instant.astimezone(place).replace(tzinfo=None)
        left_out = int((local - before).total_seconds()) // 60 - 1
        if left_out > 0:
            found.append((instant, [before + timedelta(minutes=1 + each) for each in range(left_out)]))
        before = local
    return found


def ours(cron: str, zone: str, first: datetime, last: datetime) -> list[datetime]:
    """What helix.triggers.schedules says, as one walk."""
    walk = firings(Timing(cron=cron, zone=zone), first - timedelta(minutes=1))
    return list(takewhile(lambda instant: instant <= last, walk))


def stepped(cron: str, zone: str, first: datetime, last: datetime) -> list[datetime]:
    """The same, asking anew after each firing, as the scheduler does."""
    found, after = [], first - timedelta(minutes=1)
    while (instant := next(firings(Timing(cron=cron, zone=zone), after), None)) is not None and instant <= last:
        found.append(instant)
        after = instant
    return found


def windows(zone: str, years: tuple[int, ...] = YEARS) -> list[tuple[datetime, datetime]]:
    """Three days round each change of the clock, and round the turn of each year."""
    place = ZoneInfo(zone)
    found = []
    for year in years:
        start = datetime(year, 1, 1, tzinfo=UTC)
        days = [start + timedelta(days=each) for each in range(366)]
        turns = [
            day
            for day in days
            if day.astimezone(place).utcoffset() != (day + timedelta(days=1)).astimezone(place).utcoffset()
        ]
        found += [(day - timedelta(days=1), day + timedelta(days=2)) for day in [start, *turns]]
    return found


def main() -> int:
    """The full comparison; 0 when there is no difference."""
    first, last = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1], 12, 31, 23, 59, tzinfo=UTC)
    compared = different = 0
    for zone in ZONES:
        for cron in EXPRESSIONS:
            wanted, found = oracle(cron, zone, first, last), ours(cron, zone, first, last)
            wrong = set(wanted) ^ set(found) or ([] if wanted == found else wanted[:1])
            compared, different = compared + len(wanted), different + len(wrong)
            if wrong:
                print(f"{zone} {cron}: {len(wrong)} differences, first at {min(wrong)}")
        minutes_of.cache_clear()
        print(f"{zone}: {compared} firings compared, {different} differences", flush=True)
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
