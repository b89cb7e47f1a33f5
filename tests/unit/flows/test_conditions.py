"""Conditions on values: a table of comparisons, groups, what is missing, and the words for the run page."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.expressions import ExpressionError
from helix.flows.conditions import OPERATORS, UNARY, explain, holds, wildcard

SCOPE: dict[str, Any] = {
    "trigger": {
        "n": 3,
        "t": "abc",
        "blank_text": "",
        "none": None,
        "list": ["a", "b"],
        "flag": True,
        "o": {"k": 1},
        "day": "2026-01-31",
    },
    "steps": {},
}

TABLE: list[tuple[Any, str, Any, bool]] = [
    ("{{ trigger.n }}", "eq", 3, True),
    ("{{ trigger.n }}", "eq", 3.0, True),
    ("{{ trigger.n }}", "eq", "3", False),
    ("{{ trigger.n }}", "ne", "3", True),
    ("{{ trigger.flag }}", "eq", True, True),
    ("{{ trigger.flag }}", "eq", 1, False),
    ("{{ trigger.none }}", "eq", None, True),
    ("{{ trigger.list }}", "eq", ["a", "b"], True),
    ("{{ trigger.o }}", "eq", {"k": 1.0}, True),
    ("{{ trigger.day }}", "eq", "2026-01-31T00:00:00Z", True),
    ("{{ trigger.n }}", "gt", 2, True),
    ("{{ trigger.n }}", "gt", 3, False),
    ("{{ trigger.n }}", "gte", 3, True),
    ("{{ trigger.n }}", "lt", 3.5, True),
    ("{{ trigger.n }}", "lte", 2, False),
    ("{{ trigger.t }}", "gt", "abb", True),
    ("{{ trigger.none }}", "gt", 0, False),
    ("{{ trigger.none }}", "lt", 0, False),
    ("{{ trigger.day }}", "lt", "2026-02-01T00:00:00+01:00", True),
    ("2026-01-31T12:00:00+02:00", "eq", "2026-01-31T10:00:00Z", True),
    ("{{ trigger.t }}", "contains", "b", True),
    ("{{ trigger.t }}", "not_contains", "z", True),
    ("{{ trigger.list }}", "contains", "a", True),
    ("{{ trigger.list }}", "contains", "z", False),
    ("{{ trigger.o }}", "contains", "k", True),
    ("{{ trigger.none }}", "contains", "k", False),
    ("{{ trigger.t }}", "starts_with", "ab", True),
    ("{{ trigger.t }}", "ends_with", "bc", True),
    ("{{ trigger.none }}", "starts_with", "a", False),
    ("{{ trigger.t }}", "in", ["abc", "d"], True),
    ("{{ trigger.n }}", "in", [1, 2], False),
    ("{{ trigger.n }}", "in", "{{ trigger.list }}", False),
    ("{{ trigger.t }}", "matches", "a*c", True),
    ("{{ trigger.t }}", "matches", "a?", False),
    ("{{ trigger.t }}", "exists", None, True),
    ("{{ trigger.none }}", "exists", None, False),
    ("{{ trigger.gone.deeper }}", "exists", None, False),
    ("{{ trigger.gone }}", "not_exists", None, True),
    ("{{ steps.never.data.x }}", "not_exists", None, True),
    ("{{ trigger.blank_text }}", "is_empty", None, True),
    ("{{ trigger.gone }}", "is_empty", None, True),
    ("  ", "is_empty", None, True),
    (0, "is_empty", None, False),
    ("{{ trigger.list }}", "is_not_empty", None, True),
]


def part(value: Any) -> Any:
    return {"$liquid": value} if isinstance(value, str) and "{{" in value else value


def leaf(left: Any, op: str, right: Any = None) -> dict[str, Any]:
    return {"left": part(left), "op": op, **({} if op in UNARY else {"right": part(right)})}


@pytest.mark.parametrize(
    ("left", "op", "right", "expected"), TABLE, ids=[f"{row[0]} {row[1]} {row[2]}" for row in TABLE]
)
def test_a_comparison(left: Any, op: str, right: Any, expected: bool) -> None:
    assert holds(leaf(left, op, right), SCOPE) is expected
    assert explain(leaf(left, op, right), SCOPE).endswith(": Yes" if expected else ": No")


def test_the_table_tries_every_operator() -> None:
    assert {row[1] for row in TABLE} == OPERATORS


REFUSED: list[tuple[Any, str, Any, str]] = [
    ("{{ trigger.n }}", "gt", "2", "3 (a number) and “2” (text) cannot be compared."),
    ("{{ trigger.list }}", "lt", 2, "[“a”, “b”] (a list) and 2 (a number) cannot be compared."),
    ("{{ trigger.day }}", "gt", "soon", "“2026-01-31” and “soon” cannot be compared: one is a date, one is not."),
    ("{{ trigger.n }}", "contains", 3, "3 cannot contain 3."),
    ("{{ trigger.n }}", "starts_with", "3", "“starts with” compares two texts; 3 and “3” are not."),
    ("{{ trigger.t }}", "in", "abc", "“is one of” needs a list, but got “abc”."),
    ("{{ trigger.gone }}", "eq", 1, "There is no trigger.gone."),
]


@pytest.mark.parametrize(("left", "op", "right", "message"), REFUSED, ids=[row[3] for row in REFUSED])
def test_a_comparison_without_an_answer_says_why(left: Any, op: str, right: Any, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        holds({"all": [leaf(1, "eq", 1), leaf(left, op, right)]}, SCOPE)

    assert caught.value.message == message
    assert caught.value.pointer.startswith("/all/1")
    assert caught.value.hint


def test_groups_nest_and_stop_as_soon_as_the_answer_is_known() -> None:
    yes, no, bad = leaf(1, "eq", 1), leaf(1, "eq", 2), leaf("{{ trigger.gone }}", "eq", 1)

    assert holds({"all": [yes, {"any": [no, yes]}]}, SCOPE)
    assert not holds({"all": [no, bad]}, SCOPE)
    assert holds({"any": [yes, bad]}, SCOPE)
    assert not holds({"all": [leaf("{{ trigger.gone }}", "exists"), bad]}, SCOPE)


def test_an_explanation_reads_like_a_sentence() -> None:
    many: Any = {
        "all": [
            leaf("{{ trigger.n }}", "gt", 0),
            {"any": [leaf("{{ trigger.t }}", "eq", "x"), leaf("{{ trigger.gone }}", "exists")]},
            leaf(1, "eq", 1),
        ]
    }

    assert explain(leaf("{{ trigger.n }}", "gt", 0), SCOPE) == "3 is more than 0: Yes"
    assert (
        explain(many, SCOPE) == "3 is more than 0 and (“abc” is “x” or nothing has a value) (1 more not looked at): No"
    )


@pytest.mark.parametrize("when", [None, "yes", 5, [], {}, {"left": 1}, {"left": 1, "op": "resembles", "right": 1}])
def test_what_is_no_condition_is_refused(when: Any) -> None:
    with pytest.raises(ExpressionError):
        holds(when, SCOPE)


@given(st.text(alphabet="ab*?", max_size=12), st.text(alphabet="ab", max_size=12))
def test_a_pattern_matches_as_the_library_for_file_names_says(pattern: str, text: str) -> None:
    from fnmatch import fnmatchcase

    assert wildcard(text, pattern) == fnmatchcase(text, pattern)


def test_a_pattern_of_stars_is_fast() -> None:
    assert not wildcard("a" * 3000, "*a" * 30 + "b")
