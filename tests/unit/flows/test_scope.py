"""The data picker's tree, what fits where, plans, and the words on cards."""

from typing import Any

import pytest

from helix.flows.graph import Node, read_graph
from helix.flows.plan import Plan, compile_plan
from helix.flows.scope import available, fits
from helix.flows.steps import STEP_TYPES
from helix.flows.words import describe_schedule, seconds_words, summary, type_words
from tests.unit.flows.cast import VALID, checked


def entries(flow: str, key: str) -> dict[str, Any]:
    return {each.path: each for each in available(read_graph(VALID[flow]), key)}


def test_the_picker_offers_what_stands_before_a_step_with_its_types() -> None:
    found = entries("segment_watch", "report")

    assert found["trigger.scheduled_for"].words == "date and time"
    assert found["steps.segments.data.segments"].words == "list of objects"
    assert found["steps.segments.data.segments.size"].words == "whole number"
    assert found["steps.segments.data.segments[0].id"].words == "whole number"
    assert found["steps.segments.data.segments"].certain
    assert not found["steps.segments.data.segments[0].name"].certain
    assert found["run.id"].words == "text"
    assert not any(path.startswith(("steps.report", "steps.nothing")) for path in found)


def test_the_picker_says_what_may_not_be_there_and_why() -> None:
    found = entries("lead_in", "page")

    assert found["steps.identify.data"].certain
    assert not found["steps.link.data"].certain
    assert (
        found["steps.link.data"].reason == "“Link to the company” does not run when “Company known?” goes another way"
    )
    assert found["trigger.company"].reason == "the field is not required, so it may be left empty"


def test_the_nearest_step_comes_first() -> None:
    order = [each.source for each in available(read_graph(VALID["segment_watch"]), "report") if each.depth == 0]

    assert order == ["", "big", "segments", "", ""]


def test_nothing_is_offered_for_a_step_that_does_not_exist() -> None:
    assert available(read_graph(VALID["segment_watch"]), "gone") == []


FITS: list[tuple[Any, Any, str | None]] = [
    ({"type": "string"}, {"type": "string"}, None),
    ({"type": "integer"}, {"type": "number"}, None),
    ({}, {"type": "string"}, None),
    ({"type": "integer"}, {}, None),
    ({"type": "integer"}, {"type": "string"}, "is a whole number"),
    ({"type": "number"}, {"type": "integer"}, "may have decimals"),
    ({"type": ["string", "null"]}, {"type": "string"}, "may be empty (null)"),
    ({"type": ["string", "null"]}, {"type": ["string", "null"]}, None),
    ({"type": "null"}, {"type": "string"}, "is always empty (null)"),
    ({"type": ["string", "integer"]}, {"type": "string"}, "may be a whole number"),
    ({"type": "array", "items": {"type": "string"}}, {"type": "string"}, "is a list of text"),
    ({"type": "array", "items": {"type": "integer"}}, {"type": "array", "items": {"type": "string"}}, "has items of which each is a whole number"),
    ({"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, "is a date without a time"),
    ({"const": "x"}, {"enum": ["a", "b"]}, "is “x”"),
    ({"const": "a"}, {"enum": ["a", "b"]}, None),
    ({"const": 0}, {"type": "integer", "minimum": 1}, "is 0, which is less than 1"),
    ({"type": "object", "properties": {}, "additionalProperties": False}, {"type": "object", "required": ["id"]}, "lacks “id”"),
    ({"type": "object", "properties": {"id": {"type": "string"}}}, {"type": "object", "properties": {"id": {"type": "integer"}}}, "has “id”, which is text"),
    ({"type": "object", "properties": {"x": {}}}, {"type": "object", "properties": {}, "additionalProperties": False}, "has “x”, which has no place there"),
    ({"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "additionalProperties": {"type": "boolean"}}, "has values of which each is text"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "wanted", "reason"), FITS)
def test_whether_a_type_fits_a_field(found: Any, wanted: Any, reason: str | None) -> None:
    assert fits(found, wanted) == reason


def test_a_plan_has_every_step_behind_those_that_lead_to_it() -> None:
    for text in VALID.values():
        plan = compile_plan(checked(text))
        place = {key: index for index, key in enumerate(plan.order)}

        assert all(place[source] < place[target] for target, ways in plan.into.items() for source, _ in ways)
        assert Plan.read(plan.as_json()) == plan
        assert set(plan.order) == set(plan.nodes)


def test_a_graph_with_errors_has_no_plan() -> None:
    with pytest.raises(ValueError, match="has no trigger"):
        compile_plan(checked({"nodes": [{"key": "a", "type": "logic.set", "config": {"values": {"x": 1}}}]}))


def test_a_plan_keeps_connection_retry_and_ports() -> None:
    plan = compile_plan(checked(VALID["segment_watch"]))

    assert plan.triggers == ("nightly",)
    assert plan.out["big"] == {"yes": ("report",), "no": ("nothing",)}
    assert plan.into["report"] == (("big", "yes"),)
    assert plan.nodes["report"].retry is not None
    assert (plan.nodes["report"].connection, plan.nodes["report"].timeout_seconds) == ("production", 30.0)


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"type": "trigger.schedule", "config": {"cron": "0 2 * * *", "timezone": "Europe/Paris"}}, "At 02:00 every day, Europe/Paris"),
    ({"type": "trigger.manual", "config": {"fields": [{"name": "email"}, {"name": "n"}]}}, "Asks for email, n"),
    ({"type": "logic.wait", "config": {"seconds": 5400}}, "1 hour 30 minutes"),
    ({"type": "logic.wait", "config": {"until": {"$liquid": "{{ trigger.at }}"}}}, "trigger.at"),
    ({"type": "logic.stop", "config": {"outcome": "fail"}}, "The run fails"),
    ({"type": "logic.join", "config": {"mode": "any"}}, "When the first path has arrived"),
    ({"type": "logic.set", "config": {"values": {"a": 1, "b": 2}}}, "a, b"),
    ({"type": "logic.filter", "config": {"when": {"all": [{"left": {"$liquid": "{{ trigger.n }}"}, "op": "gt", "right": 3}]}}}, "trigger.n is more than 3"),
    ({"type": "customerio.track_event", "config": {"userId": "a", "event": "e"}}, "userId: “a”, event: “e”"),
    ({"type": "customerio.get_segments", "config": {}}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("node", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_card_says_in_a_line_what_its_step_does(node: dict[str, Any], words: str) -> None:
    assert summary(Node(key="a", **node)) == words


def test_schedules_lengths_and_types_have_words() -> None:
    assert describe_schedule("0 9 * * 1", "America/New_York") == "At 09:00 on Monday, America/New York"
    assert describe_schedule("nonsense", "UTC") == "nonsense, UTC"
    assert seconds_words(0) == "no time"
    assert seconds_words(172_800) == "2 days"
    assert type_words({"type": "array", "items": {"type": "string"}}) == "list of text"
    assert type_words({"type": ["integer", "null"]}) == "whole number or nothing"


def test_every_step_type_is_complete() -> None:
    for key, step in STEP_TYPES.items():
        assert step.key == key
        assert step.title and step.help.endswith(".") and step.icon
        assert step.input_schema["type"] == "object"
        assert step.output_schema(step.defaults)["type"] == "object"
        assert (step.kind == "action") == (step.integration is not None)
