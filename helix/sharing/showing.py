"""What a link shows of a flow: names, notes and settings. No connection, key, account value, sample, payload, run or entry.

It is built anew from what is allowed, so that what a step may hold one day is not shown by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helix.expressions import MARK, is_expression
from helix.flows.graph import Graph, Node
from helix.flows.palette import palette
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.calls import HTTP
from helix.flows.steps.placeholder import PLACEHOLDER
from integrations.http.discretion import discreet, is_secretive
from integrations.kit.auth import MASK

LEFT_OUT = {"sample": None, "parameters": PLACEHOLDER}
"""Settings that hold data of somebody: samples everywhere; what came along from another program."""
MOST_WORDS = 600


@dataclass(frozen=True)
class Step:
    """A step as the list beside the picture tells it: (what, its value) by setting."""

    key: str
    name: str
    kind: str
    icon: str
    settings: tuple[tuple[str, str], ...]


def shown_graph(graph: Graph) -> dict[str, Any]:
    """The graph as anybody may see it."""
    return {
        "format": graph.format,
        "nodes": [
            {
                "key": node.key,
                "type": node.type,
                "name": node.name,
                "config": settings_of(node),
                "position": {"x": node.position.x, "y": node.position.y},
                **({"on_error": node.on_error} if node.on_error == "branch" else {}),
            }
            for node in graph.nodes
        ],
        "edges": [edge.as_json() for edge in graph.edges],
        "notes": [_note(note) for note in graph.notes if isinstance(note, Mapping)],
    }


def settings_of(node: Node) -> dict[str, Any]:
    """The settings that are known of this kind of step, without what is picked from an account and what may be a key."""
    kind = STEP_TYPES.get(node.type)
    if kind is None:
        return {}
    known: Mapping[str, Any] = kind.input_schema.get("properties", {})
    given = discreet(node.config) if node.type == HTTP else node.config
    return {
        name: _masked(value)
        for name, value in given.items()
        if name in known and not _of_an_account(known[name]) and LEFT_OUT.get(name, "") not in (None, node.type)
    }


def _of_an_account(schema: Any) -> bool:
    """Whether a setting, or the entries of a list, are picked from what an account or the team holds."""
    if not isinstance(schema, Mapping):
        return False
    return bool(schema.get("x-choices")) or _of_an_account(schema.get("items"))


def _masked(value: Any) -> Any:
    """The value with blots where the name says that a key stands there."""
    if isinstance(value, Mapping):
        return {
            name: MASK
            if is_secretive(str(name)) and isinstance(part, str) and part and not is_expression(part)
            else _masked(part)
            for name, part in value.items()
        }
    return [_masked(part) for part in value] if isinstance(value, list) else value


def _note(note: Mapping[str, Any]) -> dict[str, Any]:
    return {name: note[name] for name in ("key", "text", "colour", "position", "width", "height") if name in note}


def picture(graph: Graph, name: str, number: int | None) -> dict[str, Any]:
    """The data of the canvas in mode "read", without an address that could be called."""
    drawn = shown_graph(graph)
    used = {node["type"] for node in drawn["nodes"]}
    return {
        "mode": "read",
        "flow": {"id": "", "name": name, "enabled": False, "number": number},
        "graph": drawn,
        "revision": 0,
        "problems": [],
        "catalog": [{**entry, "needs_connection": False} for key, entry in palette().items() if key in used],
        "connections": [],
        "urls": {},
        "run": None,
        "last_run": None,
    }


def steps_of(graph: Graph) -> list[Step]:
    """The steps with their settings in words, in the order of the picture from the top."""
    found = []
    for node in sorted(graph.nodes, key=lambda node: (node.position.y, node.position.x)):
        kind = STEP_TYPES.get(node.type)
        known: Mapping[str, Any] = kind.input_schema.get("properties", {}) if kind else {}
        told = tuple(
            (str(known[name].get("title") or name), _words(value))
            for name, value in settings_of(node).items()
            if value not in ("", None, [], {})
        )
        found.append(
            Step(
                node.key,
                node.title if node.name.strip() or not kind else kind.title,
                kind.title if kind else node.type,
                kind.icon if kind else "box",
                told,
            )
        )
    return found


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_expression(value):
        value = value[MARK]
    if isinstance(value, Mapping):
        text = "\n".join(f"{name}: {_words(part)}" for name, part in value.items())
    elif isinstance(value, list):
        text = ("\n" if any(isinstance(part, Mapping) for part in value) else ", ").join(_words(part) for part in value)
    else:
        text = str(value)
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS] + " …"
