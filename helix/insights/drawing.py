"""Where the bars and lines of a chart go. Pure: numbers in, places out; templates draw them.

Places along x are per cent and along y pixels, so that one drawing fits a wide screen and a phone without its text or
patterns being squeezed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

HEIGHT = 160
LEAST = 2.5
"""Pixels of a bar that is not nothing: one failure among ten thousand runs is seen."""
STATES = ("failed", "timed_out", "cancelled", "succeeded")
"""From the ground up: what went wrong stands on the line, where heights compare."""
TICKS = (0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000, 8640000, 864000000)


@dataclass(frozen=True)
class Segment:
    state: str
    y: float
    height: float
    count: int


@dataclass(frozen=True)
class Slot:
    """A stretch of time as a bar: `x` and `width` in per cent."""

    label: str
    x: float
    width: float
    segments: tuple[Segment, ...]
    total: int
    words: str


@dataclass(frozen=True)
class Bars:
    slots: tuple[Slot, ...]
    top: int
    height: int = HEIGHT


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Line:
    """One curve: its points, and the strokes between neighbours (x1, y1, x2, y2)."""

    name: str
    points: tuple[Point, ...]
    strokes: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Curves:
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, float], ...]
    """(y, seconds) of the lines across."""
    height: int = HEIGHT


def nice(value: int) -> int:
    """The round number at or above it."""
    if value <= 1:
        return 1
    size = 10 ** math.floor(math.log10(value))
    return next(int(size * step) for step in (1, 2, 3, 4, 5, 6, 8, 10) if size * step >= value)


def bars(slots: Sequence[tuple[str, Mapping[str, int]]], words: Mapping[str, str], height: int = HEIGHT) -> Bars:
    """Stacked bars of counts by state; `words` are the names of the states."""
    top = nice(max((sum(counts.values()) for _, counts in slots), default=0))
    each = 100 / max(1, len(slots))
    drawn = []
    for number, (label, counts) in enumerate(slots):
        parts = _stack(counts, top, height)
        said = ", ".join(f"{counts[state]:,} {words[state]}" for state in STATES if counts.get(state))
        drawn.append(
            Slot(
                label, round(number * each + each * 0.1, 3), round(each * 0.8, 3), parts, sum(counts.values()),
                said or "nothing",
            )
        )  # fmt: skip
    return Bars(tuple(drawn), top, height)


def _stack(counts: Mapping[str, int], top: int, height: int) -> tuple[Segment, ...]:
    there = [(state, counts[state]) for state in STATES if counts.get(state)]
    heights = [max(LEAST, count / top * height) for _, count in there]
    over = sum(heights) - height
    if over > 0 and heights:  # the small ones were raised: the tallest gives way
        tallest = heights.index(max(heights))
        heights[tallest] = max(LEAST, heights[tallest] - over)
    parts, ground = [], float(height)
    for (state, count), tall in zip(there, heights, strict=True):
        ground -= tall
        parts.append(Segment(state, round(ground, 2), round(tall, 2), count))
    return tuple(parts)


def curves(series: Mapping[str, Sequence[float | None]], height: int = HEIGHT) -> Curves:
    """Curves of durations over the same stretches of time, on a scale of tenfold steps. None is a gap."""
    values = [value for line in series.values() for value in line if value is not None and value > 0]
    low = max((tick for tick in TICKS if tick <= min(values, default=0.001)), default=TICKS[0])
    high = min((tick for tick in TICKS if tick >= max(values, default=1.0)), default=TICKS[-1])
    if low == high:
        high = TICKS[min(len(TICKS) - 1, TICKS.index(low) + 1)]
    spread = math.log(high / low)

    def place(value: float) -> float:
        return round(height - math.log(max(value, low) / low) / spread * height, 2)

    lines = tuple(_line(name, values, place) for name, values in series.items())
    return Curves(lines, tuple((place(tick), tick) for tick in TICKS if low <= tick <= high), height)


def _line(name: str, values: Sequence[float | None], place: Callable[[float], float]) -> Line:
    each = 100 / max(1, len(values))
    points = [
        None if value is None else Point(round((number + 0.5) * each, 3), place(value), value)
        for number, value in enumerate(values)
    ]
    strokes = [
        (first.x, first.y, second.x, second.y)
        for first, second in pairwise(points)
        if first is not None and second is not None
    ]
    return Line(name, tuple(point for point in points if point is not None), tuple(strokes))
