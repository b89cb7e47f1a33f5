"""Schemas as rows that people read."""

from typing import Any

from helix.catalogue.describe import example_of, fields, limits, rule_words

SCHEMA = {
    "properties": {
        "id": {"type": "integer", "minimum": 1, "title": "Id", "examples": [7]},
        "who": {
            "type": "array",
            "maxItems": 10,
            "items": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]},
        },
        "filter": {"type": "object", "properties": {"and": {"type": "array", "items": {"$ref": "#/$defs/Filter"}}}},
    },
    "required": ["id"],
    "$defs": {"Filter": {"type": "object", "properties": {"and": {"type": "array"}}}},
}


def test_nested_fields_follow_theirs_and_recursion_ends() -> None:
    assert [(field.name, field.depth) for field in fields(SCHEMA)] == [
        ("id", 0), ("who", 0), ("email", 1), ("filter", 0), ("and", 1),
    ]  # fmt: skip


def test_a_field_knows_whether_it_is_required_and_shows_its_example() -> None:
    first = fields(SCHEMA)[0]

    assert (first.required, first.example, first.limits) == (True, "7", ("1 or more",))


def test_limits_are_told_in_words() -> None:
    found = limits(
        {"minimum": 1, "maximum": 30000, "maxLength": 150, "maxItems": 10000, "minItems": 1, "x-unit": "people"}
    )

    assert found == ["1 to 30,000 people", "at most 150 characters", "at most 10,000 people", "not empty"]


def test_rules_are_sentences() -> None:
    rules: list[dict[str, Any]] = [
        {"rule": "at_least_one", "fields": ["userId", "anonymousId"]},
        {"rule": "at_least_one", "fields": ["event"]},
        {
            "rule": "per_item",
            "field": "batch",
            "by": "type",
            "rules": {"track": [{"rule": "at_least_one", "fields": ["event"]}]},
        },
        {"rule": "a rule of tomorrow"},
    ]

    assert rule_words(rules) == [
        "At least one of userId and anonymousId is needed.",
        "event is needed.",
        "In each entry of batch whose type is track: event is needed.",
    ]


def test_an_example_never_breaks_the_rules_it_stands_beside() -> None:
    schema = {
        "properties": {name: {"examples": [name]} for name in ("ids", "emails", "skip")},
        "x-rules": [
            {"rule": "at_most_one", "fields": ["ids", "emails"]},
            {"rule": "only_with", "field": "skip", "fields": ["emails"]},
        ],
    }

    assert example_of(schema) == {"ids": "ids"}
