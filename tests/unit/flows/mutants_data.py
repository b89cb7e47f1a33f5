"""Mistakes that make data uncertain: a step is left out on some way, may fail, or is reached by another way than its data need;
a field of a trigger is gone, optional or of another type."""

import copy
from collections.abc import Iterator
from typing import Any

from helix.expressions.parsing import expressions_in
from helix.expressions.types import kinds
from helix.flows.places import wanted_at
from helix.flows.steps import STEP_TYPES
from tests.unit.flows.mutants_base import Mutant, index_of, node_with

ANYTIME = {"left": {"$liquid": "{{ run.id }}"}, "op": "starts_with", "right": "0"}
OTHER_TYPES = {
    "text": "integer",
    "integer": "text",
    "datetime": "boolean",
    "boolean": "integer",
    "number": "text",
    "date": "integer",
}


def data_mutants(flow: str, graph: Any) -> Iterator[Mutant]:
    yield from _left_out(flow, graph)
    yield from _may_fail(flow, graph)
    yield from _wrong_way(flow, graph)
    yield from _fields(flow, graph)


def _users(graph: Any, words: str) -> Iterator[tuple[str, str, str]]:
    """Every use of these words in an expression: step, place, text."""
    for node in graph["nodes"]:
        for place, text in expressions_in(node["config"]):
            if words in text:
                yield node["key"], place, text


def _left_out(flow: str, graph: Any) -> Iterator[Mutant]:
    """A branch before a step leads past it, to the step that uses its data."""
    for node in graph["nodes"]:
        key = node["key"]
        if node["type"].startswith("trigger."):
            continue
        for user, place, text in _users(graph, f"steps.{key}.data"):
            changed = copy.deepcopy(graph)
            config = {"branches": [{"port": "yes", "label": "Yes", "when": ANYTIME}], "else": "past"}
            changed["nodes"].append({"key": "perhaps", "type": "logic.branch", "name": "Perhaps", "config": config})
            for edge in changed["edges"]:
                edge["target"] = "perhaps" if edge["target"] == key else edge["target"]
            changed["edges"].append({"source": "perhaps", "port": "yes", "target": key})
            changed["edges"].append({"source": "perhaps", "port": "past", "target": user})
            yield Mutant("skipped branch", f"{flow}: past {key} to {user}{place}: {text}", changed, user, place)


def _may_fail(flow: str, graph: Any) -> Iterator[Mutant]:
    """The flow goes on when a step has failed, and its data are used all the same."""
    for index, node in enumerate(graph["nodes"]):
        step = STEP_TYPES[node["type"]]
        if not step.can_fail or node["type"] == "logic.branch" or node.get("on_error", "fail") != "fail":
            continue
        changed = node_with(graph, index, on_error="continue")
        for user, place, text in _users(graph, f"steps.{node['key']}.data"):
            yield Mutant(
                "data of a step that may have failed",
                f"{flow}: {node['key']} for {user}{place}: {text}",
                changed,
                user,
                place,
            )


def _wrong_way(flow: str, graph: Any) -> Iterator[Mutant]:
    """A way leaves by another port than the one that makes the data behind it certain."""
    for index, edge in enumerate(graph["edges"]):
        source = graph["nodes"][index_of(graph, edge["source"])]
        for port in STEP_TYPES[source["type"]].ports(source):
            if port.key == edge["port"] or source["type"] == "logic.for_each":
                continue
            changed = copy.deepcopy(graph)
            changed["edges"][index]["port"] = port.key
            words = f"{flow}: {edge['source']}:{port.key} instead of {edge['port']} to {edge['target']}"
            if source["type"] == "logic.wait_for" and port.key == "expired":
                for user, place, text in _users(graph, f"steps.{edge['source']}.data"):
                    if user == edge["target"]:
                        yield Mutant(
                            "data of wait_for on the wrong port", f"{words}{place}: {text}", changed, user, place
                        )
            if edge["port"] == "error":
                for user, place, text in _users(graph, f"steps.{edge['source']}.error"):
                    if user == edge["target"]:
                        yield Mutant("error where all went well", f"{words}{place}: {text}", changed, user, place)
            if port.key == "error":
                for user, place, text in _users(graph, f"steps.{edge['source']}.data"):
                    if user == edge["target"]:
                        yield Mutant("data where it failed", f"{words}{place}: {text}", changed, user, place)


def _fields(flow: str, graph: Any) -> Iterator[Mutant]:
    """Fields of a trigger that its steps use."""
    for index, node in enumerate(graph["nodes"]):
        listed = node["config"].get("fields")
        if not node["type"].startswith("trigger.") or not isinstance(listed, list):
            continue
        prefix = "trigger.body." if node["type"] == "trigger.webhook" else "trigger."
        for position, field in enumerate(listed):
            name, path = field["name"], f"{prefix}{field['name']}"
            gone, loose, other = copy.deepcopy(graph), copy.deepcopy(graph), copy.deepcopy(graph)
            del gone["nodes"][index]["config"]["fields"][position]
            loose["nodes"][index]["config"]["fields"][position].update(required=False, default=None)
            del loose["nodes"][index]["config"]["fields"][position]["default"]
            kind = field.get("type", "text")
            other["nodes"][index]["config"]["fields"][position]["type"] = OTHER_TYPES.get(kind, kind)
            for user, place, text in _users(graph, path):
                if not _mentions(text, path):
                    continue
                words = f"{flow}: {name}, used by {user}{place}: {text}"
                yield Mutant("missing path", words, gone, user, place)
                if field.get("required") or "default" in field:
                    yield Mutant("field made optional", words, loose, user, place)
                at = graph["nodes"][index_of(graph, user)]
                wanted = wanted_at(STEP_TYPES[at["type"]].input_schema, at["config"], place)
                if text == f"{{{{ {path} }}}}" and wanted and "any" not in kinds(wanted) and kind in OTHER_TYPES:
                    yield Mutant("wrong type", f"{words}, made {OTHER_TYPES[kind]}", other, user, place)


def _mentions(text: str, path: str) -> bool:
    """Whether the text names just this path, not one that only begins alike."""
    at = text.find(path)
    return at >= 0 and not (
        text[at + len(path) : at + len(path) + 1].isalnum() or text[at + len(path) : at + len(path) + 1] == "_"
    )
