"""The plan: what a worker needs of a checked graph, in order. It is frozen with the version and read again at every run."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from helix.flows.bodies import LOOP, bodies, loops_around
from helix.flows.check import CheckedGraph


class PlanNode(BaseModel):
    """One step as a worker sees it."""

    model_config = ConfigDict(frozen=True)

    key: str
    type: str
    name: str = ""
    connection: str | None = None
    config: dict[str, Any] = {}
    retry: dict[str, Any] | None = None
    timeout_seconds: float | None = None
    on_error: str = "fail"


class Plan(BaseModel):
    """`out`: step → port → targets. `into`: step → (source, port). `order`: every step after all that lead to it.
    `loop_of`: step → the innermost loop whose body it is in, "" for none."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[str, PlanNode]
    out: dict[str, dict[str, tuple[str, ...]]]
    into: dict[str, tuple[tuple[str, str], ...]]
    triggers: tuple[str, ...]
    order: tuple[str, ...]
    loop_of: dict[str, str] = {}

    def loops(self, key: str) -> tuple[str, ...]:
        """The loops around a step, the outermost first."""
        return loops_around(key, self.loop_of)

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON; `Plan.read` gives it back."""
        return self.model_dump(mode="json")

    @classmethod
    def read(cls, source: str | bytes | Mapping[str, Any]) -> "Plan":
        """The plan of `as_json`, or of its JSON text."""
        return cls.model_validate(json.loads(source) if isinstance(source, (str, bytes)) else dict(source))


def compile_plan(checked: CheckedGraph) -> Plan:
    """The plan of a graph without errors; ValueError when it has some."""
    if not checked.ok:
        raise ValueError(f"A graph with errors has no plan: {checked.errors[0].message}")
    graph = checked.graph
    out: dict[str, dict[str, list[str]]] = {node.key: {} for node in graph.nodes}
    into: dict[str, list[tuple[str, str]]] = {node.key: [] for node in graph.nodes}
    for edge in graph.edges:
        out[edge.source].setdefault(edge.port, []).append(edge.target)
        into[edge.target].append((edge.source, edge.port))
    ordered = order(list(into), into)
    types = {node.key: node.type for node in graph.nodes}
    return Plan(
        nodes={
            node.key: PlanNode.model_validate(node.model_dump(exclude={"position", "unknown"})) for node in graph.nodes
        },
        out={key: {port: tuple(targets) for port, targets in ports.items()} for key, ports in out.items()},
        into={key: tuple(sources) for key, sources in into.items()},
        triggers=tuple(node.key for node in graph.nodes if checked.steps[node.type].kind == "trigger"),
        order=ordered,
        loop_of=bodies([key for key in ordered if types[key] == LOOP], out),
    )


def order(keys: list[str], into: Mapping[str, list[tuple[str, str]]]) -> tuple[str, ...]:
    """The steps so that each stands after all that lead to it, those drawn first first. The graph has no cycle."""
    waiting = {key: len(into[key]) for key in keys}
    targets: dict[str, list[str]] = {key: [] for key in keys}
    for key in keys:
        for source, _ in into[key]:
            targets[source].append(key)
    ready = [key for key in keys if not waiting[key]]
    found = []
    for key in ready:
        found.append(key)
        for target in targets[key]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return tuple(found)
