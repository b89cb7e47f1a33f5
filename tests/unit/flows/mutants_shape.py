"""Mistakes in how the steps stand to each other: connections, circles, keys, bodies of loops."""

import copy
from collections.abc import Iterator
from typing import Any

from helix.expressions.parsing import expressions_in
from tests.unit.flows.mutants_base import Mutant, after, index_of, node_with, put


def edge_mutants(flow: str, graph: Any) -> Iterator[Mutant]:
    trigger = next(node["key"] for node in graph["nodes"] if node["type"].startswith("trigger."))
    triggers = {node["key"] for node in graph["nodes"] if node["type"].startswith("trigger.")}
    for index, edge in enumerate(graph["edges"]):

        def with_edge(index: int = index, **changes: str) -> Any:
            changed = copy.deepcopy(graph)
            changed["edges"][index].update(changes)
            return changed

        words = f"{flow}: {edge['source']}:{edge['port']}>{edge['target']}"
        yield Mutant("dangling edge", f"{words} to nowhere", with_edge(target="nowhere"), edge["source"], None)
        yield Mutant("dangling edge", f"{words} from nowhere", with_edge(source="nowhere"), edge["target"], None)
        yield Mutant("wrong port", f"{words} by none", with_edge(port="sideways"), edge["source"], None)
        if edge["port"] != "error" and _node(graph, edge["source"]).get("on_error") != "branch":
            yield Mutant("wrong port", f"{words} by error", with_edge(port="error"), edge["source"], None)
        yield Mutant("edge into a trigger", words, with_edge(target=trigger), trigger, None)
        double = copy.deepcopy(graph)
        double["edges"].append(dict(edge))
        yield Mutant("edge drawn twice", words, double, edge["source"], None, "warning")
        itself = copy.deepcopy(graph)
        itself["edges"].append({**edge, "target": edge["source"]})
        if edge["source"] not in triggers:
            yield Mutant("cycle", f"{words} and to itself", itself, edge["source"], None)
            ports = {each["port"] for each in graph["edges"] if each["source"] == edge["target"]}
            if ports:
                back = copy.deepcopy(graph)
                back["edges"].append({"source": edge["target"], "port": min(ports), "target": edge["source"]})
                yield Mutant("cycle", f"{words} and back", back, "*", None)


def _node(graph: Any, key: str) -> Any:
    return graph["nodes"][index_of(graph, key)]


def shape_mutants(flow: str, graph: Any) -> Iterator[Mutant]:
    yield from _keys(flow, graph)
    yield from _names(flow, graph)
    yield from _loops(flow, graph)
    nothing = {**graph, "nodes": [node for node in graph["nodes"] if not node["type"].startswith("trigger.")]}
    kept = {node["key"] for node in nothing["nodes"]}
    nothing["edges"] = [edge for edge in graph["edges"] if edge["source"] in kept]
    yield Mutant("no trigger", flow, nothing, None, None)


def _keys(flow: str, graph: Any) -> Iterator[Mutant]:
    """Keys taken twice or of a form that expressions cannot name; steps that nothing leads to."""
    for index, node in enumerate(graph["nodes"]):
        name = f"{flow}.{node['key']}"
        other = graph["nodes"][index - 1]["key"]
        yield Mutant("duplicated key", f"{name} as {other}", node_with(graph, index, key=other), other, "@key")
        yield Mutant("bad key", name, node_with(graph, index, key="Not a key"), "Not a key", "@key")
        if not node["type"].startswith("trigger."):
            alone = {**graph, "edges": [edge for edge in graph["edges"] if edge["target"] != node["key"]]}
            yield Mutant("nothing leads there", name, alone, node["key"], None, "warning")


def _names(flow: str, graph: Any) -> Iterator[Mutant]:
    """A step that others use by its key is called otherwise, or gone."""
    for index, node in enumerate(graph["nodes"]):
        key = node["key"]
        users = [
            (other["key"], place)
            for other in graph["nodes"]
            for place, text in expressions_in(other["config"])
            if _uses(text, key)
        ]
        if not users:
            continue
        user, place = users[0]
        renamed = copy.deepcopy(graph)
        renamed["nodes"][index]["key"] = f"{key}_x"
        gone = copy.deepcopy(graph)
        del gone["nodes"][index]
        into = [edge for edge in graph["edges"] if edge["target"] == key]
        out = [edge for edge in graph["edges"] if edge["source"] == key]
        for changed in (renamed, gone):
            changed["edges"] = [edge for edge in graph["edges"] if key not in (edge["source"], edge["target"])]
        renamed["edges"] += [{**edge, "target": f"{key}_x"} for edge in into] + [
            {**edge, "source": f"{key}_x"} for edge in out
        ]
        gone["edges"] += [{**edge, "target": way["target"]} for edge in into for way in out]
        for user, place in users:
            yield Mutant("renamed step", f"{flow}: {key}, used by {user}{place}", renamed, user, place)
            yield Mutant("deleted step", f"{flow}: {key}, used by {user}{place}", gone, user, place)


def _uses(text: str, key: str) -> bool:
    return f"steps.{key}." in text


def _loops(flow: str, graph: Any) -> Iterator[Mutant]:
    """Ways into and out of the body of a loop, and its data where there are none."""
    for index, loop in enumerate(graph["nodes"]):
        if loop["type"] != "logic.for_each":
            continue
        name, key = f"{flow}.{loop['key']}", loop["key"]
        entries = [edge["target"] for edge in graph["edges"] if edge["source"] == key and edge["port"] == "each"]
        body = sorted(set(entries).union(*(after(graph, entry) for entry in entries)))
        behind = [edge["target"] for edge in graph["edges"] if edge["source"] == key and edge["port"] == "done"]
        rest = sorted(set(behind).union(*(after(graph, entry) for entry in behind)))
        before = [edge["source"] for edge in graph["edges"] if edge["target"] == key]
        for inner in body:
            into = _with(graph, before[0], _port_of(graph, before[0]), inner)
            yield Mutant("edge into a loop body", f"{name}: {before[0]}>{inner}", into, inner, None)
            for target in behind:
                out = _with(graph, inner, "next", target)
                yield Mutant("edge out of a loop body", f"{name}: {inner}>{target}", out, target, None)
            yield Mutant("step in and behind a loop", f"{name}: {inner}", _with(graph, key, "done", inner), inner, None)
        empty = {**graph, "edges": [edge for edge in graph["edges"] if (edge["source"], edge["port"]) != (key, "each")]}
        yield Mutant("empty loop", name, empty, key, None)
        yield Mutant("collects what is not inside", name, put(graph, index, "/collect", before[0]), key, "/collect")
        for user in rest:
            at = index_of(graph, user)
            for place, _ in expressions_in(graph["nodes"][at]["config"]):
                for words in (f"{{{{ steps.{body[0]}.data }}}}", f"{{{{ steps.{body[0]}.successful }}}}"):
                    used = put(graph, at, place, {"$liquid": words})
                    yield Mutant("body step after the loop", f"{name}: {user}{place} {words}", used, user, place)


def _with(graph: Any, source: str, port: str, target: str) -> Any:
    changed = copy.deepcopy(graph)
    changed["edges"].append({"source": source, "port": port, "target": target})
    return changed


def _port_of(graph: Any, key: str) -> str:
    return str(next(edge["port"] for edge in graph["edges"] if edge["source"] == key))
