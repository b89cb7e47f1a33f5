"""Reading a graph: strict as JSON, lenient as a draft."""

import json
from typing import Any

import pytest

from helix.flows.graph import Graph, UnreadableGraph, read_graph
from tests.unit.flows.cast import VALID, checked


def refused(source: Any) -> tuple[str, str, str | None]:
    with pytest.raises(UnreadableGraph) as caught:
        read_graph(source)
    first = caught.value.problems[0]
    assert first.hint
    assert first.message.endswith(".")
    return first.code, first.message, first.field


def node(**more: Any) -> dict[str, Any]:
    return {"nodes": [{"key": "a", "type": "logic.set", **more}]}


HOSTILE: list[tuple[Any, str]] = [
    ("", "not_json"),
    ("{", "not_json"),
    ("[]", "not_a_graph"),
    ("null", "not_a_graph"),
    ('{"format": 2}', "unknown_format"),
    ('{"format": true}', "unknown_format"),
    ('{"nodes": NaN}', "not_json"),
    ('{"nodes": Infinity}', "not_json"),
    ('{"nodes": [1e999]}', "number_too_large"),
    ('{"nodes": [99999999999999999999]}', "number_too_large"),
    ('{"nodes": [], "nodes": []}', "duplicate_name"),
    ('{"a": "\\u0000"}', "bad_text"),
    ('{"a\\u0000": 1}', "bad_text"),
    ('{"a": "\\ud800"}', "bad_text"),
    ('{"\\udfff": 1}', "bad_text"),
    (b"\xff\xfe", "not_json"),
    ("[" * 100_000, "too_deep"),
    ('{"a":' * 70 + "1" + "}" * 70, "too_deep"),
    (json.dumps({"notes": list(range(50_001))}), "too_large"),
    (" " * (2 * 1024 * 1024 + 1), "too_large"),
    (json.dumps({"a": "x" * 300_000}), "too_large"),
    ({"a": float("nan")}, "not_json"),
    ({"a": {1, 2}}, "not_json"),
    ({1: 2}, "not_json"),
    ({"a": 2**70}, "number_too_large"),
    ({"nodes": [{"key": f"k{n}", "type": "logic.set"} for n in range(501)]}, "too_large"),
]


@pytest.mark.parametrize(("source", "code"), HOSTILE, ids=[f"{code} {str(source)[:30]!r}" for source, code in HOSTILE])
def test_hostile_documents_are_refused_with_a_sentence(source: Any, code: str) -> None:
    assert refused(source)[0] == code


SHAPES: list[tuple[Any, str]] = [
    ({"nodes": {}}, "/nodes"),
    ({"edges": "x"}, "/edges"),
    ({"nodes": [5]}, "/nodes/0"),
    ({"nodes": [{"type": "x"}]}, "/nodes/0/key"),
    ({"nodes": [{"key": "", "type": "x"}]}, "/nodes/0/key"),
    ({"nodes": [{"key": "a", "type": 5}]}, "/nodes/0/type"),
    (node(config=[]), "/nodes/0/config"),
    (node(name=5), "/nodes/0/name"),
    (node(connection={}), "/nodes/0/connection"),
    (node(position=[1, 2]), "/nodes/0/position"),
    (node(position={"x": "1"}), "/nodes/0/position"),
    ({"edges": [{"source": "a"}]}, "/edges/0/target"),
    ({"edges": [[]]}, "/edges/0"),
    ({"edges": [{"source": "a", "target": "b", "port": 1}]}, "/edges/0/port"),
]


@pytest.mark.parametrize(("document", "place"), SHAPES, ids=[place for _, place in SHAPES])
def test_a_document_of_another_shape_is_refused_with_the_place(document: Any, place: str) -> None:
    code, _, field = refused(document)

    assert (code, field) == ("bad_shape", place)


def test_all_mistakes_of_a_shape_are_told_at_once() -> None:
    with pytest.raises(UnreadableGraph) as caught:
        read_graph({"nodes": [5, {"key": "a"}], "edges": [7]})

    assert [each.field for each in caught.value.problems] == ["/nodes/0", "/nodes/1/type", "/edges/0"]


def test_a_draft_may_be_incomplete() -> None:
    graph = read_graph({"nodes": [{"key": "a", "type": "what is this", "retry": "often", "on_error": 5}]})

    assert graph.nodes[0].config == {}
    assert {each.code for each in checked(graph.as_json()).problems} >= {"unknown_type", "no_trigger", "choice", "type"}


@pytest.mark.parametrize("name", VALID)
def test_a_graph_is_the_same_after_writing_and_reading(name: str) -> None:
    graph = read_graph(VALID[name])

    assert read_graph(json.dumps(graph.as_json())) == graph
    assert read_graph(VALID[name].encode()) == graph


def test_the_empty_document_is_an_empty_graph() -> None:
    assert read_graph("{}") == Graph()
