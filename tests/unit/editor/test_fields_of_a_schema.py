"""JSON Schema to fields: every action and logic step draws, and every value finds a control or is kept as JSON."""

from typing import Any

import pytest

from helix.editor.fields import ABSENT, Field, html_id
from helix.editor.forms.schema import field_of, fields_of, fresh, grouped, kind_of, unknown_fields
from helix.flows.steps import STEP_TYPES


def drawn(step_type: str, config: dict[str, Any]) -> dict[str, Field]:
    fields = fields_of(STEP_TYPES[step_type].input_schema, config, "step")
    return {field.pointer: field for field in fields}


def one(schema: dict[str, Any], value: Any = ABSENT) -> Field:
    return field_of(schema, value, "step", "/it", name="it")


@pytest.mark.parametrize("step_type", sorted(STEP_TYPES))
def test_every_setting_of_every_step_has_a_title_and_a_control(step_type: str) -> None:
    for field in drawn(step_type, {}).values():
        assert field.title
        assert field.kind


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "integer", "minimum": 1}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "string", "enum": ["asc", "desc"]}, "choice"),
        ({"type": "array", "items": {"type": "string"}}, "list"),
        ({"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}, "items"),
        ({"type": "object", "additionalProperties": True}, "table"),
        ({"type": "object", "properties": {"id": {"type": "string"}}}, "group"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": ["string", "integer"]}, "text"),
        ({"type": ["string", "integer", "boolean"]}, "any"),
        ({"$ref": "#/$defs/filter"}, "json"),
        ({}, "any"),
    ],
)
def test_each_type_gets_its_control(schema: dict[str, Any], kind: str) -> None:
    assert kind_of(schema) == kind


def test_required_settings_come_first() -> None:
    fields = list(drawn("customerio.track_event", {}).values())

    assert [field.required for field in fields] == sorted((field.required for field in fields), reverse=True)


def test_a_mapped_value_keeps_the_kind_of_its_field() -> None:
    field = drawn("customerio.get_segment_details", {"segment_id": {"$liquid": "{{ trigger.id }}"}})["/segment_id"]

    assert (field.kind, field.mapped, field.shape) == ("integer", "{{ trigger.id }}", "mapped")


def test_a_value_of_the_wrong_shape_is_kept_and_shown_as_json() -> None:
    field = one({"type": "array", "items": {"type": "string"}}, "not a list")

    assert field.kind == "json"
    assert field.text == '"not a list"'
    assert "nothing is lost" in field.note


def test_text_where_a_number_belongs_stays_in_its_control() -> None:
    field = one({"type": "integer"}, "abc")

    assert (field.kind, field.text) == ("integer", "abc")


def test_a_choice_that_is_not_offered_is_shown_and_marked() -> None:
    field = one({"type": "string", "enum": ["asc"]}, "sideways")

    assert [(option.value, option.chosen) for option in field.options] == [("asc", False), ("sideways", True)]
    assert "not offered" in field.options[1].label


def test_a_long_list_is_edited_as_json() -> None:
    assert one({"type": "array", "items": {"type": "string"}}, ["x"] * 500).kind == "json"


def test_a_free_object_is_a_table_with_typed_values() -> None:
    field = drawn("customerio.track_event", {"properties": {"n": 3, "a/b": None, "list": [1]}})["/properties"]

    assert [(child.pointer, child.entry, child.value_type) for child in field.children] == [
        ("/properties/n", "n", "number"),
        ("/properties/a~1b", "a/b", "null"),
        ("/properties/list", "list", "json"),
    ]


def test_items_of_a_batch_are_drawn_with_their_fields() -> None:
    field = drawn("customerio.send_batch", {"batch": [{"type": "track", "event": "x"}]})["/batch"]
    (item,) = field.children

    assert field.kind == "items"
    assert {"/batch/0/type", "/batch/0/event"} <= {part.pointer for part in item.parts}
    assert any(part.advanced for part in item.more)


def test_a_variant_draws_the_fields_of_its_kind() -> None:
    schema = {
        "x-discriminator": "kind",
        "oneOf": [
            {"properties": {"kind": {"const": "a"}, "only_a": {"type": "string"}}},
            {"properties": {"kind": {"const": "b"}, "only_b": {"type": "string"}}},
        ],
    }

    assert [child.pointer for child in one(schema, {"kind": "b"}).children] == ["/it/kind", "/it/only_b"]
    assert fresh(schema) == {"kind": "a"}


def test_fields_that_a_rule_binds_stand_together_with_the_rule_in_words() -> None:
    step = STEP_TYPES["customerio.trigger_broadcast"]
    groups = grouped(fields_of(step.input_schema, {}, "step"), step.input_schema["x-rules"])
    audience = next(group for group in groups if any(field.pointer == "/ids" for field in group.fields))

    assert {field.pointer for field in audience.fields} >= {"/ids", "/emails", "/recipients", "/per_user_data"}
    assert audience.note == "Give at most one of these."


def test_a_setting_that_the_step_does_not_have_is_shown() -> None:
    schema = STEP_TYPES["customerio.get_segments"].input_schema

    (field,) = unknown_fields(schema, {"bogus": 1}, "step")

    assert (field.pointer, field.value) == ("/bogus", 1)


def test_ids_of_controls_are_unique() -> None:
    pointers = ["/a/b", "/a-b", "/a_b", "/a b", "/ab", "/a~1b", "@name", "/é"]

    assert len({html_id("step", pointer) for pointer in pointers}) == len(pointers)
    assert html_id("one", "/a") != html_id("two", "/a")
