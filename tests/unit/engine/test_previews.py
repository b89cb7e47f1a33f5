"""Previews and the memory of a process: short, honest, bounded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.engine.memory import Memory
from helix.engine.previews import PREVIEW_BYTES, kind_of, preview_of, words_for

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=30),
    max_leaves=200,
)


@given(JSON)
def test_no_preview_is_longer_than_2_kb(data: Any) -> None:
    assert len(preview_of(data).encode()) <= PREVIEW_BYTES


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (["a"] * 500, "… 497 more items"),
        ({f"n{number}": 1 for number in range(20)}, "12 more names"),
        ("x" * 1000, "(840 more characters)"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "an object of 1 name"),
    ],
)
def test_a_preview_says_what_it_leaves_out(data: Any, words: str) -> None:
    assert words in preview_of(data)


def test_a_preview_of_little_leaves_nothing_out() -> None:
    assert "…" not in preview_of({"id": 1, "tags": ["a", "b"]})


def test_a_value_is_called_what_it_is() -> None:
    assert [words_for(kind_of(data)) for data in ({"a": 1}, [1, 2], "abc")] == [
        "An object of 1 name",
        "A list of 2 items",
        "A text of 3 characters",
    ]


def test_memory_forgets_what_was_longest_unused_and_stays_within_its_bytes() -> None:
    memory = Memory(most=100)
    for name in "abc":
        memory.add(name, name, 40)  # a text costs its length
        memory.get("a")

    assert [memory.get(name) for name in "abc"] == ["a", None, "c"]
    assert memory.held == 80


def test_memory_takes_nothing_that_is_larger_than_itself() -> None:
    memory = Memory(most=100)

    memory.add("a", [1], 26)  # a list costs four times its text

    assert memory.get("a") is None
