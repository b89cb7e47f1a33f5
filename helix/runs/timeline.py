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

LEGEND = {
    "queue": "waited for a worker",
    "succeeded": "went well",
    "retry": "failed, again later",
    "failed": "failed",
    "unknown": "answer lost",
    "running": "under way",
    "pause": "paused or asleep",
}
LEAST_QUEUE = timedelta(milliseconds=100)
OUTCOMES = {
    "succeeded": "went well",
    "failed": "failed",
    "retry": "failed, again later",
    "unknown": "answer lost",
    "waiting": "began to wait",
}
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
    ready_at: datetime | None = None
    """When everything before it had ended, so that a worker could have taken it; None where that is not known."""
    item: str = ""
    """The turn of a loop that it belongs to; "" outside."""


@dataclass(frozen=True)
class Bar:
    """A stretch of time: `kind` is an attempt's outcome, "running", "pause" (before a retry, or asleep) or "queue" (nobody had taken
    it yet)."""

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

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of bars that are drawn, in the order of the legend."""
        drawn = {bar.kind for row in self.rows for bar in row.bars}
        return tuple(kind for kind in LEGEND if kind in drawn)


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
    taken = step.attempts[0].started_at if step.attempts else step.claimed_at
    queued = _queued(step, taken or now, length)
    if queued is not None:
        bars.append(bar(queued, taken or now, "queue", f"Waited {_spent(queued, taken or now)} for a worker"))
    for tried in step.attempts:
        if before is not None and tried.started_at > before:
            words = "Asleep" if bars[-1].kind == "waiting" else "Pause before the next attempt"
            bars.append(bar(before, tried.started_at, "pause", f"{words}, {_spent(before, tried.started_at)}"))
        what = OUTCOMES.get(tried.outcome, tried.outcome)
        words = f"Attempt {tried.number}: {what}, {_spent(tried.started_at, tried.ended_at)}"
        bars.append(bar(tried.started_at, tried.ended_at, tried.outcome, words))
        before = tried.ended_at
    if step.state == "running" and step.claimed_at is not None:
        bars.append(bar(step.claimed_at, max(now, step.claimed_at), "running", "Under way"))
    elif step.state in ("waiting", "ready", "unknown") and before is not None:
        words = "Waits for a person" if step.state == "unknown" else "Waiting"
        bars.append(bar(before, max(now, before), "pause", f"{words}, {_spent(before, max(now, before))} so far"))
    elif not step.attempts and step.started_at and step.ended_at:
        bars.append(bar(step.started_at, step.ended_at, step.state, "Began here"))
    return Row(step, tuple(bars), _seconds(step, now))


def _queued(step: Stepped, until: datetime, length: timedelta) -> datetime | None:
    """Since when it waited for a worker, if that was long enough to be seen."""
    if step.ready_at is None or (step.state not in ("ready", "running") and not step.attempts):
        return None
    return step.ready_at if until - step.ready_at > max(LEAST_QUEUE, length * LEAST / WIDTH) else None


def _spent(first: datetime, last: datetime) -> str:
    seconds = (last - first).total_seconds()
    return _short(round(seconds, 1 if seconds < 10 else 0) if seconds >= 1 else round(seconds, 3))


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
