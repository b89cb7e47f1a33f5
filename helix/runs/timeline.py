"""A run drawn in time: one row a step, one bar an attempt, pauses between them. Pure.

Places are in thousandths of the run's length, so that the page can stretch the drawing to any width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WIDTH = 1000
LEAST = 6
"""The shortest bar that is still seen."""

SHORTEST = timedelta(milliseconds=50)
ROUND_SECONDS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    1800,
    3600,
    7200,
    21600,
    43200,
    86400,
)


@dataclass(frozen=True)
class Tried:
    """An attempt at a step."""

    number: int
    outcome: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Stepped:
    """What is known of a step of a run."""

    id: str
    key: str
    name: str
    icon: str
    family: str
    state: str
    started_at: datetime | None
    claimed_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    attempts: tuple[Tried, ...] = ()
    item: str = ""
    """The turn of a loop that it belongs to; "" outside."""


@dataclass(frozen=True)
class Bar:
    """A stretch of time: `kind` is an attempt's outcome, "running", or "pause"."""

    x: int
    width: int
    kind: str
    title: str


@dataclass(frozen=True)
class Row:
    step: Stepped
    bars: tuple[Bar, ...]
    seconds: float | None
    """From its first try to its end (or now)."""


@dataclass(frozen=True)
class Tick:
    x: int
    words: str


@dataclass(frozen=True)
class Timeline:
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    seconds: float


def timeline(steps: Sequence[Stepped], began: datetime, ended: datetime | None, now: datetime) -> Timeline:
    """The rows in the order of the steps, over the time from `began` to `ended` (or now)."""
    marks = [moment for step in steps for moment in _moments(step)]
    end = max([ended or now, *marks]) if ended is None or marks else ended
    length = max(end - began, SHORTEST)
    rows = tuple(_row(step, began, length, now if ended is None else end) for step in steps)
    return Timeline(rows, _ticks(length.total_seconds()), length.total_seconds())


def _moments(step: Stepped) -> list[datetime]:
    return [tried.ended_at for tried in step.attempts] + ([step.ended_at] if step.ended_at else [])


def _row(step: Stepped, began: datetime, length: timedelta, now: datetime) -> Row:
    def bar(first: datetime, last: datetime, kind: str, title: str) -> Bar:
        x = min(WIDTH - LEAST, max(0, round((first - began) / length * WIDTH)))
        width = max(LEAST, round((last - first) / length * WIDTH))
        return Bar(x, min(width, WIDTH - x), kind, title)

    bars: list[Bar] = []
    before: datetime | None = None
    for tried in step.attempts:
        if before is not None and tried.started_at > before:
            bars.append(bar(before, tried.started_at, "pause", "Pause before the next attempt"))
        bars.append(bar(tried.started_at, tried.ended_at, tried.outcome, f"Attempt {tried.number}: {tried.outcome}"))
        before = tried.ended_at
    if step.state == "running" and step.claimed_at is not None:
        bars.append(bar(step.claimed_at, max(now, step.claimed_at), "running", "Under way"))
    elif step.state in ("waiting", "ready", "unknown") and before is not None:
        bars.append(bar(before, max(now, before), "pause", "Waiting"))
    elif not step.attempts and step.started_at and step.ended_at:
        bars.append(bar(step.started_at, step.ended_at, step.state, "Began here"))
    return Row(step, tuple(bars), _seconds(step, now))


def _seconds(step: Stepped, now: datetime) -> float | None:
    if step.started_at is None:
        return None
    return max(0.0, ((step.ended_at or now) - step.started_at).total_seconds())


def _ticks(seconds: float) -> tuple[Tick, ...]:
    """Three to six round moments since the beginning."""
    gap = next((size for size in ROUND_SECONDS if seconds / size <= 5), 0.0) or ceil(seconds / 5 / 86400) * 86400
    count = int(seconds / gap) + 1
    return tuple(
        Tick(round(index * gap / seconds * WIDTH), _short(index * gap))
        for index in range(count)
        if index * gap / seconds <= 0.96
    )


def _short(seconds: float) -> str:
    if seconds == 0:
        return "0"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds * 1000:g} ms"
