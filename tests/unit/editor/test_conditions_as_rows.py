"""Conditions as rows and groups, with operators that fit the type of the left value."""

from typing import Any

import pytest

from helix.editor.fields import Given, Schema
from helix.editor.forms.conditions import Row, Rows, Unread, branches_of, rows_of
from helix.editor.forms.operators import OPERATORS, left_type, offered
from helix.flows.conditions import OPERATORS as KNOWN

COUNT = {"$liquid": "{{ steps.a.data.items | size }}"}


def type_of(value: Given) -> Schema:
    return {"type": "integer"} if value == COUNT else {}


def rows(when: Any) -> Rows:
    found = rows_of(when, "step", "/when", type_of)
    assert isinstance(found, Rows)
    return found


def test_every_operator_of_the_engine_is_offered() -> None:
    assert {operator.key for operator in OPERATORS} == KNOWN


def test_a_number_is_offered_comparisons_of_numbers_only() -> None:
    keys = [option.value for option in offered("number", "gt")]

    assert {"gt", "gte", "lt", "lte", "eq", "ne", "in"} <= set(keys)
    assert not {"contains", "starts_with", "matches"} & set(keys)


def test_the_operator_in_use_is_never_missing() -> None:
    assert any(option.value == "contains" and option.chosen for option in offered("number", "contains"))
    assert any(option.value == "bogus" and option.chosen for option in offered("text", "bogus"))


def test_dates_are_compared_with_after_and_before() -> None:
    assert {option.label for option in offered("date", "gt")} >= {"is after", "is before"}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["integer", "null"]}, "number"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": "string", "format": "date-time"}, "date"),
        ({"type": ["string", "integer"]}, ""),
        ({}, ""),
    ],
)
def test_the_type_of_a_left_value(schema: Schema, kind: str) -> None:
    assert left_type(schema) == kind


def test_an_empty_condition_shows_one_blank_row() -> None:
    (row,) = rows({"all": []}).items

    assert isinstance(row, Row)
    assert row.left.pointer == "/when/all/0/left"
    assert row.left.mapped == ""


def test_a_comparison_without_a_group_is_one_row() -> None:
    found = rows({"left": COUNT, "op": "gt", "right": 0})

    assert found.bare
    assert found.list_pointer == "/when"
    assert [item.pointer for item in found.items if isinstance(item, Row)] == ["/when"]


def test_a_number_is_compared_with_a_number() -> None:
    (row,) = rows({"all": [{"left": COUNT, "op": "gt", "right": 0}]}).items

    assert isinstance(row, Row)
    assert row.right is not None
    assert row.right.kind == "number"


def test_groups_nest_and_keep_their_pointers() -> None:
    found = rows({"all": [{"any": [{"left": 1, "op": "in", "right": [1, "a"]}]}]})
    (group,) = found.items
    assert isinstance(group, Rows)
    (row,) = group.items

    assert isinstance(row, Row)
    assert group.mode == "any"
    assert row.right is not None
    assert [child.pointer for child in row.right.children] == [
        "/when/all/0/any/0/right/0",
        "/when/all/0/any/0/right/1",
    ]


@pytest.mark.parametrize("op", ["is_empty", "exists", "not_exists", "is_not_empty"])
def test_an_operator_that_looks_at_one_value_has_no_right_side(op: str) -> None:
    (row,) = rows({"all": [{"left": COUNT, "op": op}]}).items

    assert isinstance(row, Row)
    assert row.right is None


@pytest.mark.parametrize(
    "when",
    [
        "text", [1], 7, {"none": []}, {"all": [], "any": []}, {"all": [], "note": "kept"},
        {"left": 1, "op": "eq", "right": 1, "note": "kept"}, {"all": "text"},
    ],
)  # fmt: skip
def test_what_is_no_condition_is_shown_as_json(when: Any) -> None:
    assert isinstance(rows_of(when, "step", "/when", type_of), Unread)


def test_branches_keep_port_label_and_order() -> None:
    config: dict[str, Any] = {
        "branches": [{"port": "yes", "label": "Yes", "when": {"all": []}}, {"port": "maybe", "when": {}}]
    }

    found = branches_of(config, "step", type_of)
    assert found is not None

    assert [(branch.port, branch.label.text, branch.first, branch.last) for branch in found] == [
        ("yes", "Yes", True, False),
        ("maybe", "", False, True),
    ]


@pytest.mark.parametrize(
    "part", [{"not": "known"}, {"left": 1, "op": "eq", "right": 1, "case": "ignore"}, "text", None]
)
def test_a_part_that_rows_cannot_show_is_shown_as_json_beside_them(part: Any) -> None:
    found = rows({"any": [{"left": 1, "op": "exists"}, part]})

    assert isinstance(found.items[0], Row)
    assert isinstance(found.items[1], Unread)
    assert found.items[1].field.value == part


@pytest.mark.parametrize("listed", ["text", None, [{"port": "a"}, "text"], {"port": "a"}])
def test_what_are_no_branches_is_left_to_json(listed: Any) -> None:
    assert branches_of({"branches": listed}, "step", type_of) is None
