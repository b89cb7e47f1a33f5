"""Parts of a flow that are tested alone, and samples against the types of steps."""

import json
from typing import Any

import pytest

from helix.flows.check import check
from helix.flows.graph import read_graph
from helix.flows.part import only, up_to
from helix.flows.plan import Plan, compile_plan
from helix.flows.sample import misplaced
from tests.build import graph

GO: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
EACH: dict[str, Any] = {"key": "each", "type": "logic.for_each", "config": {"items": [1]}}


def fixed(key: str) -> dict[str, Any]:
    return {"key": key, "type": "logic.set", "config": {"values": {"n": 1}}}


DRAWN = graph(
    [GO, fixed("a"), EACH, fixed("in"), fixed("after"), fixed("side")],
    ["go>a", "a>each", "each:each>in", "each:done>after", "go>side"],
)


def plan() -> Plan:
    return compile_plan(check(read_graph(json.dumps(DRAWN)), {}))


def test_up_to_a_step_keeps_what_leads_to_it() -> None:
    found = up_to(DRAWN, "a")

    assert [node["key"] for node in found["nodes"]] == ["go", "a"]
    assert found["edges"] == [{"source": "go", "port": "next", "target": "a"}]


def test_up_to_a_loop_keeps_its_body() -> None:
    assert [node["key"] for node in up_to(DRAWN, "each")["nodes"]] == ["go", "a", "each", "in"]


def test_one_step_alone_follows_the_trigger() -> None:
    found = only(plan(), "after", "go")

    assert (found.out["go"], found.into["after"]) == ({"next": ("after",)}, (("go", "next"),))
    assert (found.order, found.out["after"]) == (("go", "after"), {})
    assert "a" in found.nodes


def test_one_loop_alone_keeps_its_body_and_a_step_of_a_body_leaves_the_loop() -> None:
    loop, inner = only(plan(), "each", "go"), only(plan(), "in", "go")

    assert (loop.out["each"], loop.loop_of["in"]) == ({"each": ("in",)}, "each")
    assert inner.loop_of["in"] == ""


TEXTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "state": {"enum": ["on", "off"]},
        "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["id"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ({"id": 1, "state": "on", "list": [{"name": "a"}], "maybe": None}, ""),
        ({"id": 1.0}, ""),
        ([], "The sample must be an object, but here it is a list."),
        ({}, "The sample needs “id”, which is missing here."),
        ({"id": "1"}, "“id” must be a whole number, but here it is “1”."),
        ({"id": True}, "“id” must be a whole number, but here it is true."),
        ({"id": 1, "list": [{"name": "a"}, {"name": 3}]}, "“list[1].name” must be text, but here it is 3."),
        ({"id": 1, "more": 1}, "The sample has “more”, which this step never gives."),
        ({"id": 1, "maybe": 3}, "“maybe” must be text or nothing, but here it is 3."),
    ],
)
def test_a_sample_is_told_where_it_is_wrong(sample: Any, words: str) -> None:
    assert misplaced(sample, TEXTS) == words
