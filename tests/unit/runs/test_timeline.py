"""A run drawn in time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.runs.timeline import WIDTH, Stepped, Tried, timeline

T0 = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def step(
    state: str = "succeeded",
    start: float | None = 0,
    end: float | None = 1,
    tries: tuple[tuple[float, float, str], ...] = (),
) -> Stepped:
    attempts = tuple(
        Tried(number, outcome, at(first), at(last)) for number, (first, last, outcome) in enumerate(tries, 1)
    )
    began, ended = (None if start is None else at(start)), (None if end is None else at(end))
    return Stepped("id", "key", "Name", "zap", "events", state, began, began, ended, None, attempts)


def test_an_attempt_lies_where_it_happened() -> None:
    drawn = timeline([step(start=2, end=4, tries=((2, 4, "succeeded"),))], T0, at(10), at(99))

    [bar] = drawn.rows[0].bars
    assert (bar.x, bar.width, bar.kind) == (200, 200, "succeeded")
    assert drawn.rows[0].seconds == 2


def test_the_pause_between_two_attempts_is_drawn_between_them() -> None:
    tries = ((0, 1, "retry"), (4, 5, "succeeded"))

    drawn = timeline([step(end=5, tries=tries)], T0, at(10), at(10))

    assert [(bar.kind, bar.x, bar.width) for bar in drawn.rows[0].bars] == [
        ("retry", 0, 100),
        ("pause", 100, 300),
        ("succeeded", 400, 100),
    ]


def test_a_running_step_reaches_until_now() -> None:
    drawn = timeline([step("running", start=1, end=None)], T0, None, at(5))

    [bar] = drawn.rows[0].bars
    assert (bar.kind, bar.x, bar.width) == ("running", 200, 800)


def test_a_step_that_never_began_has_no_bar_and_no_duration() -> None:
    drawn = timeline([step("skipped", start=None)], T0, at(1), at(1))

    assert (drawn.rows[0].bars, drawn.rows[0].seconds) == ((), None)


@pytest.mark.parametrize("length", [0.0, 0.004, 0.3, 3.6, 59, 3600, 40 * 86400])
def test_there_are_a_few_round_ticks_for_any_length(length: float) -> None:
    drawn = timeline([], T0, at(length), at(length))

    assert 2 <= len(drawn.ticks) <= 6
    assert drawn.ticks[0].words == "0"


MOMENTS = st.floats(0, 1e6)


@given(
    st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from(["succeeded", "failed", "retry", "unknown"])), max_size=6),
    MOMENTS,
)
def test_no_bar_leaves_the_drawing(spans: list[tuple[float, float, str]], end: float) -> None:
    tries = tuple((min(a, b), max(a, b), outcome) for a, b, outcome in spans)

    drawn = timeline([step("waiting", end=None, tries=tries)], T0, at(end), at(end))

    for bar in drawn.rows[0].bars:
        assert bar.x >= 0 and bar.width > 0 and bar.x + bar.width <= WIDTH


def test_the_time_before_a_worker_took_it_is_drawn_apart_from_pauses() -> None:
    waited = replace(step(start=3, end=5, tries=((3, 5, "succeeded"),)), ready_at=at(1))

    drawn = timeline([waited], T0, at(10), at(10))

    assert [(bar.kind, bar.x, bar.width) for bar in drawn.rows[0].bars] == [
        ("queue", 100, 200),
        ("succeeded", 300, 200),
    ]
    assert drawn.rows[0].bars[0].title == "Waited 2 s for a worker"
    assert drawn.kinds == ("queue", "succeeded")


def test_a_step_that_nobody_takes_waits_until_now() -> None:
    ready = replace(step("ready", start=None, end=None), ready_at=at(4))

    [bar] = timeline([ready], T0, None, at(8)).rows[0].bars

    assert (bar.kind, bar.x, bar.width) == ("queue", 500, 500)


def test_a_moment_in_the_queue_is_not_drawn() -> None:
    quick = replace(step(start=3, end=5, tries=((3, 5, "succeeded"),)), ready_at=at(2.95))

    assert timeline([quick], T0, at(10), at(10)).kinds == ("succeeded",)
