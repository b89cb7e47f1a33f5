"""The data picker: typed tree, what fits and why not, values of the last run; what a field takes."""

from typing import Any

from pydantic import JsonValue

from helix.editor.fields import Given, Schema
from helix.editor.forms.paths import value_at
from helix.editor.forms.picker import Choice, Picker, Source
from helix.editor.forms.wanted import wanted
from helix.flows.graph import read_graph
from helix.flows.scope import available, fits
from helix.flows.steps import STEP_TYPES
from tests.build import graph

NAMES = {"list": ("List segments", "layers", "segments")}


def sources(schema: Schema, *, last: dict[str, Any] | None = None, in_text: bool = False) -> tuple[Source, ...]:
    flow = graph(
        [
            {"key": "start", "type": "trigger.manual", "config": {"fields": [{"name": "email", "required": True}]}},
            {"key": "list", "type": "customerio.get_segments"},
            {"key": "track", "type": "customerio.track_event"},
            {"key": "elsewhere", "type": "customerio.list_snippets"},
        ],
        ["start>list", "list>track"],
    )
    entries = available(read_graph(flow), "track")
    return Picker(schema, fits, last=last, in_text=in_text).sources(entries, NAMES)


def row(found: tuple[Source, ...], path: str) -> Choice:
    return next(choice for source in found for choice in source.rows if choice.path == path)


def test_only_steps_before_the_step_are_offered() -> None:
    assert [source.root for source in sources({})] == ["trigger", "steps.list", "run", "flow"]
    assert sources({})[1].title == "List segments"


def test_a_list_does_not_fit_a_number_but_its_size_does() -> None:
    found = sources({"type": "integer"})

    assert not row(found, "steps.list.data.segments").fits
    assert "list" in row(found, "steps.list.data.segments").reason
    size = row(found, "steps.list.data.segments | size")
    assert size.fits
    assert size.insert == "{{ steps.list.data.segments | size }}"


def test_the_size_of_a_list_is_offered_once() -> None:
    paths = [choice.path for source in sources({}) for choice in source.rows]

    assert "steps.list.data.segments.size" not in paths
    assert len(paths) == len(set(paths))


def test_the_first_item_of_a_list_warns_that_it_may_be_missing() -> None:
    choice = row(sources({"type": "string"}), "steps.list.data.segments[0].name")

    assert choice.fits
    assert choice.warning


def test_between_other_text_a_list_cannot_stand_but_a_number_can() -> None:
    found = sources({"type": "string"}, in_text=True)

    assert not row(found, "steps.list.data.segments").fits
    assert row(found, "steps.list.data.segments | size").fits


def test_values_of_the_last_run_stand_beside_their_paths() -> None:
    last = {"trigger": {"email": "a@b.c"}, "steps": {"list": {"data": {"segments": [{"name": "VIP"}]}}}}
    found = sources({}, last=last)

    assert row(found, "trigger.email").last == "a@b.c"
    assert row(found, "steps.list.data.segments").last == "1 item"
    assert row(found, "steps.list.data.segments | size").last == "1"
    assert row(found, "steps.list.data.segments[0].name").last == "VIP"


def test_a_path_that_leads_nowhere_has_no_value() -> None:
    data = {"a": [{"b": 1}], "x y": 2}

    assert value_at("a[0].b", data) == 1
    assert value_at("a[1].b", data) is value_at("missing", data)


def type_of(value: Given) -> Schema:
    return {"type": "integer", "const": 3} if value == {"$liquid": "{{ trigger.n }}"} else {}


def test_a_field_takes_what_its_schema_says() -> None:
    schema = STEP_TYPES["customerio.get_segment_details"].input_schema

    assert wanted(schema, {}, "/segment_id", type_of)["type"] == "integer"
    assert wanted(schema, {}, "@connection", type_of) == {}


def test_the_right_side_of_a_comparison_takes_what_the_left_side_is() -> None:
    when: JsonValue = {"all": [{"left": {"$liquid": "{{ trigger.n }}"}, "op": "gt", "right": 0}]}

    assert wanted({}, {"when": when}, "/when/all/0/right", type_of) == {"type": "integer"}
    assert wanted({}, {"when": when}, "/when/all/0/left", type_of) == {}
