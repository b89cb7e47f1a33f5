"""A loop after each of its turns: what begins next, when it is over, and when going on makes no sense."""

from typing import Any

from helix.engine.turns import TRIED, after_turn, begin_turns, planned


def carried(count: int, failing: Any, *, stop: bool = False) -> dict[str, Any]:
    """The counts of a loop of so many items, one at a time, of which those fail that `failing` says."""
    counts, begun = begin_turns(planned(count), 1)
    position: int | None = begun[0]
    while position is not None:
        well = not failing(position)
        progress = after_turn(counts, well=well, stop_at_failure=stop, message=f"item {position} broke")
        counts, position = dict(progress.counts), progress.begin
    assert progress.over
    assert counts["done"] + counts["failed"] + counts["skipped"] == count
    return counts


def test_a_loop_stops_at_the_first_failure_or_goes_on() -> None:
    third = {2}.__contains__

    assert {**carried(10, third, stop=True), "message": ""} == {
        "planned": 10, "begun": 3, "done": 2, "failed": 1, "skipped": 7, "message": ""
    }  # fmt: skip
    on = carried(10, third)
    assert (on["done"], on["failed"], on["skipped"]) == (9, 1, 0)


def test_when_most_of_the_first_hundred_fail_the_rest_is_not_begun() -> None:
    counts = carried(5000, lambda position: position >= 49)

    assert (counts["done"], counts["failed"], counts["skipped"]) == (49, 51, 4900)
    assert counts["hopeless"].startswith("51 of the first 100 items failed, so the other 4,900 were not begun.")
    assert counts["hopeless"].endswith("item 49 broke")


def test_half_of_the_first_hundred_is_not_most_and_later_failures_do_not_stop_it() -> None:
    counts = carried(300, lambda position: 50 <= position < 100 or position >= 200)

    assert (counts["done"], counts["failed"], counts["skipped"]) == (150, 150, 0)
    assert "hopeless" not in counts


def test_a_loop_of_no_more_than_a_hundred_is_carried_whole() -> None:
    counts = carried(TRIED, lambda position: True)

    assert (counts["failed"], counts["skipped"]) == (TRIED, 0)
    assert "hopeless" not in counts
