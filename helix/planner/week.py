"""One week of a team's schedules: the starts that are planned and those of which the ledger tells, day by day in one zone.

Bounded: a schedule that starts something every few minutes is told in words and not start by start.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from helix.flows.models import Flow
from helix.flows.words import describe_schedule, seconds_words
from helix.planner.clocks import Turn, midnight, turns
from helix.teams.models import Team
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.schedules import BadSchedule, firings, timing_of

DAYS = 7
MOST_OF_ONE = 200
MOST_OF_ALL = 20_000
"""Planned starts that are worked out for a week: of one schedule, of all."""
MOST_FIRES = 5_000
HUES = 8
WENT = ("fired", "late")


@dataclass
class Entry:
    """Starts of one flow on one day: the first and the last of them, and how many."""

    flow: Flow
    hue: int
    kind: str  # planned | fired | late | missed | skipped | queued
    first: datetime
    last: datetime
    count: int = 1
    often: str = ""  # in words, instead of a count
    run: UUID | None = None  # of a single start

    def add(self, instant: datetime) -> None:
        self.first, self.last, self.count = min(self.first, instant), max(self.last, instant), self.count + 1
        self.run = None


@dataclass
class Day:
    """A day of the week, and the sentences about changes of the clock on it."""

    date: date
    is_today: bool
    entries: list[Entry] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


@dataclass
class Week:
    """Seven days from a Monday on. `troubled`: schedules that cannot fire."""

    days: list[Day]
    zone: str
    troubled: list[Schedule]
    armed: int

    @property
    def has_entries(self) -> bool:
        return any(day.entries for day in self.days)


def week_of(
    team: Team, flow: Flow | None, monday: date, zone: str, now: datetime, hidden: Collection[UUID] = ()
) -> Week:
    """The week that begins on this Monday, by the clock of this zone. Three queries."""
    here = ZoneInfo(zone)
    edges = [midnight(monday + timedelta(days=number), here) for number in range(DAYS + 1)]
    schedules = list(_schedules(team, flow, hidden))
    armed = [schedule for schedule in schedules if schedule.armed]
    zones = {zone, *(name for each in armed if (name := str(each.config.get("timezone", ""))) in available_timezones())}
    changes = turns(zones, monday, DAYS)
    days = [
        Day(day, day == now.astimezone(here).date(), turns=[turn for turn in changes if turn.day == day])
        for day in (monday + timedelta(days=number) for number in range(DAYS))
    ]
    by_id = {schedule.pk: schedule for schedule in schedules}
    hue = {pk: number % HUES for number, pk in enumerate(sorted({each.flow_id for each in schedules}))}
    book = _Book(days, here, hue)
    fires = ScheduleFire.objects.filter(schedule__in=by_id, fire_at__gte=edges[0], fire_at__lt=edges[-1])
    for schedule_id, instant, outcome, run in fires.values_list("schedule", "fire_at", "outcome", "run")[:MOST_FIRES]:
        book.put(by_id[schedule_id].flow, instant, outcome, run)
    most = max(10, min(MOST_OF_ONE, MOST_OF_ALL // max(1, len(armed))))
    for schedule in armed:
        _plan(book, schedule, max(now, edges[0]), edges[-1], most)
    for day in days:
        day.entries.sort(key=lambda entry: (entry.first, entry.flow.name))
    return Week(days, zone, [each for each in armed if each.trouble], len(armed))


def words_of(schedule: Schedule) -> str:
    """When it starts, in words."""
    config = schedule.config
    if config.get("at"):
        return "once"
    if config.get("every_minutes"):
        return f"every {seconds_words(60 * config['every_minutes'])}"
    return describe_schedule(str(config.get("cron", "")), str(config.get("timezone") or "UTC"))


class _Book:
    """Puts starts into days, those of one flow and kind together."""

    def __init__(self, days: list[Day], zone: ZoneInfo, hue: dict[UUID, int]) -> None:
        self.zone, self.hue = zone, hue
        self.days = {day.date: day for day in days}
        self._known: dict[tuple[date, UUID, str], Entry] = {}

    def put(self, flow: Flow, instant: datetime, kind: str, run: UUID | None = None, often: str = "") -> None:
        day = instant.astimezone(self.zone).date()
        place = (day, flow.pk, kind)
        if day not in self.days:
            return
        if place in self._known:
            self._known[place].add(instant)
            return
        entry = Entry(flow, self.hue[flow.pk], kind, instant, instant, often=often, run=run)
        self._known[place] = entry
        self.days[day].entries.append(entry)


def _plan(book: _Book, schedule: Schedule, after: datetime, end: datetime, most: int) -> None:
    """The starts to come; when there are too many, one entry a day that says so in words."""
    if schedule.next_fire_at is None or after >= end:
        return
    try:
        found = [each for each in islice(firings(timing_of(schedule.config), after), most + 1) if each < end]
    except BadSchedule:
        return  # told among the troubled
    if len(found) <= most:
        for instant in found:
            book.put(schedule.flow, instant, "planned")
        return
    seen = defaultdict(list)
    for instant in found:
        seen[instant.astimezone(book.zone).date()].append(instant)
    for day in book.days:
        if instants := seen.get(day):
            book.put(schedule.flow, instants[0], "planned", often=words_of(schedule))
        elif max(seen) < day:
            book.put(schedule.flow, midnight(day, book.zone), "planned", often=words_of(schedule))


def _schedules(team: Team, flow: Flow | None, hidden: Collection[UUID]) -> Iterable[Schedule]:
    found = (
        Schedule.objects.filter(flow__team=team, flow__deleted_at=None).exclude(flow__in=hidden).select_related("flow")
    )
    found = found.filter(flow=flow) if flow else found
    return found.defer("flow__draft", "flow__problems").order_by("flow__name", "node")[:2000]
