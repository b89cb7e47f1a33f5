"""What the charts show, read from the tallies: a handful of queries, however many runs there were."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.budget.caps import WORDS, cap_of
from helix.engine.budget.models import DailyUse
from helix.engine.plans import plan_of
from helix.flows.models import Flow
from helix.insights.counting import hour_of
from helix.insights.durations import percentile
from helix.insights.models import RunTally, StepTally
from helix.teams.models import Team

MOST_STEPS = 8
Hidden = Collection[UUID]
"""Flows that the viewer does not see: nothing of them is counted."""
FAST = 0.05
WAITS = ("wait", "approval")
TIMED = ("succeeded", "failed")


@dataclass(frozen=True)
class Span:
    """How far back, in slots of so many hours (of the viewer's clock)."""

    key: str
    words: str
    hours: int
    slot_hours: int


SPANS = {
    span.key: span
    for span in (
        Span("24h", "24 hours", 24, 1),
        Span("7d", "7 days", 7 * 24, 6),
        Span("30d", "30 days", 30 * 24, 24),
        Span("90d", "90 days", 91 * 24, 7 * 24),
    )
}


@dataclass
class Stretch:
    """One slot: its beginning by the viewer's clock, outcomes, and durations of runs that ended by themselves."""

    begin: datetime
    label: str
    states: Counter[str] = field(default_factory=Counter)
    durations: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def half(self) -> float | None:
        """The time that half of the runs stayed within, in seconds."""
        return percentile(self.durations, 0.5)

    @property
    def most(self) -> float | None:
        """The time that 95 of 100 runs stayed within."""
        return percentile(self.durations, 0.95)


@dataclass(frozen=True)
class StepRow:
    flow: Flow
    node: str
    name: str
    steps: int
    failed: int
    retries: int
    p50: float | None
    p95: float | None

    @property
    def failed_share(self) -> float:
        return self.failed * 100 / self.steps if self.steps else 0.0


@dataclass(frozen=True)
class UseRow:
    """What a connection used on each day (UTC) of the span; `cap` is that of today, None for none."""

    connection: Connection
    kind: str
    days: tuple[tuple[date, int], ...]
    cap: int | None

    @property
    def most(self) -> int:
        return max((used for _, used in self.days), default=0)

    @property
    def today(self) -> int:
        return self.days[-1][1]


def stretches(team: Team, flow: Flow | None, span: Span, now: datetime, hidden: Hidden = ()) -> list[Stretch]:
    """The slots from then to now, the oldest first. One query."""
    begin = hour_of(now) - timedelta(hours=span.hours - 1)
    found: dict[datetime, Stretch] = {}
    of_hour: dict[datetime, Stretch] = {}
    for hour in range(span.hours):
        at = begin + timedelta(hours=hour)
        key = _slot(at, span)
        of_hour[at] = found.setdefault(key, Stretch(key, _label(key, span)))
    rows = RunTally.objects.filter(team=team, at__gte=begin, at__lte=now)
    if flow is not None:
        rows = rows.filter(flow=flow)
    if hidden:
        rows = rows.exclude(flow__in=hidden)
    grouped = rows.values_list("at", "state", "bucket").annotate(number=Sum("runs")).order_by()
    for at, state, bucket, number in grouped:
        stretch = of_hour.get(at)
        if stretch is None:
            continue
        stretch.states[state] += number
        if state in TIMED:
            stretch.durations[bucket] += number
    return list(found.values())


def _slot(moment: datetime, span: Span) -> datetime:
    there = timezone.localtime(moment).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    if span.slot_hours >= 24:
        back = there.weekday() if span.slot_hours > 24 else 0
        return there.replace(hour=0) - timedelta(days=back)
    return there.replace(hour=there.hour // span.slot_hours * span.slot_hours)


def _label(begin: datetime, span: Span) -> str:
    day = f"{begin:%a} {begin.day} {begin:%b}"
    if span.slot_hours > 24:
        return f"Week of {day}"
    return day if span.slot_hours == 24 else f"{day} {begin:%H:%M}"


def steps_of(
    team: Team, flow: Flow | None, span: Span, now: datetime, hidden: Hidden = ()
) -> tuple[list[StepRow], list[StepRow]]:
    """The slowest steps, and those that fail most. Waits are slow on purpose and left out."""
    rows = StepTally.objects.filter(team=team, at__gte=(now - timedelta(hours=span.hours)).astimezone(UTC).date())
    if flow is not None:
        rows = rows.filter(flow=flow)
    if hidden:
        rows = rows.exclude(flow__in=hidden)
    buckets: dict[tuple[UUID, str], Counter[int]] = defaultdict(Counter)
    failed: Counter[tuple[UUID, str]] = Counter()
    tries: Counter[tuple[UUID, str]] = Counter()
    grouped = rows.values_list("flow_id", "node", "state", "bucket").annotate(n=Sum("steps"), t=Sum("tries")).order_by()
    for flow_id, node, state, bucket, number, tried in grouped:
        key = (flow_id, node)
        buckets[key][bucket] += number
        tries[key] += tried - number
        failed[key] += number if state == "failed" else 0
    flows = {one.pk: one for one in Flow.objects.select_related("published").filter(pk__in={key[0] for key in buckets})}
    slow = sorted(buckets, key=lambda key: -(percentile(buckets[key], 0.95) or 0))
    bad = [key for key, number in failed.most_common() if number]

    def rows_of(keys: list[tuple[UUID, str]], *, waits: bool) -> Iterator[StepRow]:
        for key in keys:
            name, kind = _step(flows[key[0]], key[1])
            if waits or not kind.removeprefix("logic.").startswith(WAITS):
                yield StepRow(
                    flows[key[0]], key[1], name, sum(buckets[key].values()), failed[key], max(0, tries[key]),
                    percentile(buckets[key], 0.5), percentile(buckets[key], 0.95),
                )  # fmt: skip

    return _first(rows_of(slow, waits=False)), _first(rows_of(bad, waits=True))


def _first(rows: Iterator[StepRow]) -> list[StepRow]:
    return [row for _, row in zip(range(MOST_STEPS), rows, strict=False)]


def _step(flow: Flow, node: str) -> tuple[str, str]:
    """The step's name and type in the published version; its key when it is there no more."""
    found: Any = plan_of(flow.published_id).nodes.get(node) if flow.published_id else None
    return (found.name or node, found.type) if found is not None else (node, "")


def use_of(team: Team, span: Span, now: datetime) -> list[UseRow]:
    """Calls and broadcasts of each connection by day (UTC), as they were counted for its caps. Two queries."""
    today = now.astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in range(max(6, span.hours // 24 - 1), -1, -1)]
    used: Mapping[tuple[UUID, str, date], int] = {
        (pk, kind, day): number
        for pk, kind, day, number in DailyUse.objects.filter(connection__team=team, day__gte=days[0]).values_list(
            "connection_id", "kind", "day", "used"
        )
    }
    rows = []
    for connection in Connection.objects.filter(team=team).order_by("name"):
        for kind in WORDS:
            cap = cap_of(connection, kind)
            each = tuple((day, used.get((connection.pk, kind, day), 0)) for day in days)
            if any(number for _, number in each):
                rows.append(UseRow(connection, kind, each, cap))
    return rows
