"""The cast of the check's tests: a team's connections, the valid flows, and how a repair is applied."""

import copy
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from helix.flows.check import CheckedGraph, ConnectionFacts, check
from helix.flows.graph import read_graph
from helix.flows.steps import STEP_TYPES
from helix.gallery.catalogue import TEMPLATES

EXAMPLES = Path(__file__).parent / "examples"
EVERY_KEY = frozenset({"track", "app", "pipelines"})
CONNECTIONS = {
    "production": ConnectionFacts("production", "customerio", "eu", EVERY_KEY),
    "reading": ConnectionFacts("reading", "customerio", "eu", frozenset({"app"})),
    "sandbox": ConnectionFacts("sandbox", "customerio", "us", EVERY_KEY, sandbox=True),
    "our_api": ConnectionFacts("our_api", "http", "eu", frozenset({"http"})),
    "crm": ConnectionFacts("crm", "salesforce", "eu", frozenset({"track"})),
}
ALL_RECIPES = {key: json.dumps(template.graph) for key, template in sorted(TEMPLATES.items())}
RECIPES = {
    name: text
    for name, text in ALL_RECIPES.items()
    if all(node["type"] in STEP_TYPES for node in json.loads(text)["nodes"])
}
"""Those whose kinds of step are all there."""
VALID = {path.stem: path.read_text() for path in sorted((EXAMPLES / "valid").glob("*.json"))}


def checked(graph: Any) -> CheckedGraph:
    return check(read_graph(graph), CONNECTIONS)


def found(graph: Any) -> set[tuple[str, str, str | None, str | None]]:
    """(severity, code, node, field) of every problem."""
    return {(each.severity, each.code, each.node, each.field) for each in checked(graph).problems}


def flow(*nodes: dict[str, Any], edges: str = "") -> dict[str, Any]:
    """A graph of these steps; edges as "a>b, a:error>c". Without any, the steps stand in a row."""
    listed = [{"name": each["key"].capitalize(), **each} for each in nodes]
    pairs = [each.strip() for each in edges.split(",") if each.strip()]
    if not pairs:
        pairs = [f"{one['key']}>{two['key']}" for one, two in pairwise(nodes)]
    ways = []
    for pair in pairs:
        left, target = pair.split(">")
        source, _, port = left.partition(":")
        ways.append({"source": source, "port": port or "next", "target": target})
    return {"format": 1, "nodes": listed, "edges": ways, "notes": []}


def manual(**fields: str) -> dict[str, Any]:
    """A trigger “start” with required fields of these types; a “?” behind the type leaves a field optional."""
    listed = [
        {"name": name, "type": kind.rstrip("?"), "required": not kind.endswith("?")} for name, kind in fields.items()
    ]
    return {"key": "start", "type": "trigger.manual", "config": {"fields": listed}}


def action(key: str, type_: str, **config: Any) -> dict[str, Any]:
    more = {name[1:]: config.pop(name) for name in list(config) if name.startswith("_")}
    return {"key": key, "type": f"customerio.{type_}", "connection": "production", "config": config, **more}


def liquid(text: str) -> dict[str, str]:
    return {"$liquid": text}


def repaired(graph: Any, patch: Any) -> Any:
    """The graph after the JSON-Patch operations of a repair."""
    after = copy.deepcopy(graph if not isinstance(graph, str) else json.loads(graph))
    for operation in patch:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        at = after
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at[part]
        key = int(last) if isinstance(at, list) else last
        if operation["op"] == "remove":
            del at[key]
        else:
            assert operation["op"] == "add" or key in at or isinstance(at, list), operation
            at[key] = operation["value"]
    return after
