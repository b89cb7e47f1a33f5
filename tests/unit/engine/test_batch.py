"""Batches: in order, nothing lost, never over a limit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.engine.steps.batch import batch_step
from integrations.kit.errors import CallError


def test_by_count_in_order() -> None:
    assert batch_step({"items": [1, 2, 3, 4, 5], "max_count": 2}) == {
        "batches": [[1, 2], [3, 4], [5]], "count": 3, "rejected": [],
    }  # fmt: skip


def test_by_bytes_brackets_and_commas_counted() -> None:
    assert batch_step({"items": ["aa", "bb", "cc"], "max_bytes": 11})["batches"] == [["aa", "bb"], ["cc"]]
    assert batch_step({"items": ["aa", "bb", "cc"], "max_bytes": 10})["batches"] == [["aa"], ["bb"], ["cc"]]
    assert batch_step({"items": ["ää"], "max_bytes": 7})["rejected"] == ["ää"]
    assert batch_step({"items": ["ää"], "max_bytes": 8})["batches"] == [["ää"]]


def test_an_item_that_is_too_large_by_itself_is_rejected_and_breaks_no_batch() -> None:
    found = batch_step({"items": ["a", "x" * 50, "b"], "max_bytes": 20, "max_count": 10})

    assert found == {"batches": [["a", "b"]], "count": 1, "rejected": ["x" * 50]}


def test_no_items_no_batches() -> None:
    assert batch_step({"items": [], "max_count": 1}) == {"batches": [], "count": 0, "rejected": []}


@pytest.mark.parametrize(
    "settings",
    [
        {"items": None, "max_count": 1}, {"items": []}, {"items": [], "max_count": 0}, {"items": [], "max_count": True},
        {"items": [], "max_bytes": 1}, {"items": [], "max_bytes": "9"}, {"items": [float("nan")], "max_bytes": 9},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_told(settings: dict[str, Any]) -> None:
    with pytest.raises(CallError) as caught:
        batch_step(settings)

    assert caught.value.kind == "invalid_input"
    assert caught.value.hint


ITEMS = st.lists(
    st.one_of(st.integers(), st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=30)))
)


@given(ITEMS, st.none() | st.integers(1, 5), st.integers(2, 60))
def test_nothing_is_lost_and_no_limit_is_broken(items: list[Any], most: int | None, room: int) -> None:
    found = batch_step({"items": items, "max_bytes": room, **({"max_count": most} if most else {})})

    def size(value: Any) -> int:
        return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))

    taken = [item for batch in found["batches"] for item in batch]
    assert taken == [item for item in items if size([item]) <= room]
    assert found["rejected"] == [item for item in items if size([item]) > room]
    assert all(batch and size(batch) <= room and len(batch) <= (most or len(batch)) for batch in found["batches"])
    for one, next_ in zip(found["batches"], found["batches"][1:], strict=False):  # no batch ends before it must
        assert len(one) == most or size([*one, next_[0]]) > room
