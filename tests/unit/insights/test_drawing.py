"""Bars and curves stay within their chart, and show what is small."""

from hypothesis import given
from hypothesis import strategies as st

from helix.insights.drawing import HEIGHT, LEAST, STATES, bars, curves, nice

WORDS = {state: state for state in STATES}
COUNTS = st.lists(st.dictionaries(st.sampled_from(STATES), st.integers(0, 1_000_000)), min_size=1, max_size=40)


@given(COUNTS)
def test_every_bar_stands_on_the_ground_and_within_its_slot(counts: list[dict[str, int]]) -> None:
    drawn = bars([(str(number), each) for number, each in enumerate(counts)], WORDS)

    for slot in drawn.slots:
        assert slot.x >= 0 and slot.x + slot.width <= 100.001
        assert sum(part.height for part in slot.segments) <= HEIGHT + 0.1
        if slot.segments:
            assert abs(slot.segments[0].y + slot.segments[0].height - HEIGHT) < 0.1
        assert all(part.height >= LEAST - 0.01 for part in slot.segments)


def test_one_failure_among_ten_thousand_runs_is_seen_and_said() -> None:
    (slot,) = bars([("Mon", {"succeeded": 9999, "failed": 1})], WORDS).slots

    assert slot.segments[0].state == "failed"
    assert slot.segments[0].height == LEAST
    assert slot.words == "1 failed, 9,999 succeeded"


@given(st.integers(0, 10**12))
def test_the_top_of_a_chart_is_a_round_number_not_far_above(value: int) -> None:
    assert value <= nice(value) <= max(1, value * 2)


@given(st.lists(st.none() | st.floats(0, 1e8), max_size=40))
def test_curves_stay_within_their_chart(values: list[float | None]) -> None:
    drawn = curves({"p50": values})

    assert all(-0.1 <= point.y <= HEIGHT + 0.1 and 0 <= point.x <= 100 for point in drawn.lines[0].points)
    assert len(drawn.ticks) >= 2


def test_a_gap_parts_a_curve() -> None:
    (line,) = curves({"p50": [1.0, 2.0, None, 3.0]}).lines

    assert len(line.points) == 3
    assert len(line.strokes) == 1
