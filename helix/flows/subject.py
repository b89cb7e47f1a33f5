"""What the rules of the check look at: the graph with its connections resolved, the types in scope at each step, and every
expression with the type of its place. Worked out when first asked for, once. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from helix.expressions.infer import Inferred, infer
from helix.expressions.parsing import MARK, expressions_in, is_expression
from helix.expressions.types import ANY, NULL, Schema, constant, union
from helix.flows.bodies import LOOP, bodies, loops_around
from helix.flows.graph import Edge, Graph, Node
from helix.flows.guards import present_at, shown_by_ports
from helix.flows.names import names_at
from helix.flows.paths import Paths, Way
from helix.flows.places import field_words, wanted_at
from helix.flows.problems import Problem, Severity, pointer, repair
from helix.flows.steps import StepType
from helix.flows.steps.calls import RUN_FLOW

MOST_PROBLEMS_A_STEP = 30
MOST_ITEMS = 100


@dataclass(frozen=True)
class ConnectionFacts:
    """What the check needs to know of a team's connection. `families`: the kinds of keys it holds ("track", "app", …)."""

    name: str
    integration: str
    region: str
    families: frozenset[str]
    sandbox: bool = False
    withheld: bool = False  # limited to members among whom the person who asks is not


@dataclass(frozen=True)
class FlowFacts:
    """What the check needs to know of a flow that others may call: the types of what its trigger asks for and of its result."""

    id: str
    name: str
    fields: Schema
    result: Schema
    untold: bool = False  # the person who asks does not see it: what it takes and gives is not looked at


NO_FLOWS: Mapping[str, FlowFacts] = MappingProxyType({})


@dataclass(frozen=True)
class Use:
    """One expression in a step's config: its place, its text, and the type that the place takes."""

    node: Node
    pointer: str
    text: str
    wanted: Schema


class Subject:
    """One graph under check."""

    def __init__(
        self,
        graph: Graph,
        connections: Mapping[str, ConnectionFacts],
        steps: Mapping[str, StepType],
        flows: Mapping[str, FlowFacts] = NO_FLOWS,
    ) -> None:
        self.graph = graph
        self.connections = connections
        self.steps = steps
        self.flows = flows
        self.nodes: dict[str, Node] = {}
        self.index: dict[str, int] = {}
        for index, node in enumerate(graph.nodes):
            if node.key not in self.nodes:
                self.nodes[node.key] = node
                self.index[node.key] = index
        self._outputs: dict[str, Schema] = {}
        self._under_way: set[str] = set()
        self._ports: dict[str, tuple[str, ...] | None] = {}
        self._types: dict[tuple[str, str], Inferred] = {}
        self._names: dict[str, Mapping[str, Schema]] = {}
        self._present: dict[str, frozenset[tuple[str | int, ...]]] = {}

    def type_of(self, node: Node) -> StepType | None:
        """The step's type, None when there is no such type."""
        return self.steps.get(node.type)

    def kind(self, node: Node) -> str:
        """trigger, action or logic; "" when the type is unknown."""
        found = self.steps.get(node.type)
        return found.kind if found else ""

    @cached_property
    def triggers(self) -> list[str]:
        """Keys of the steps that begin a run."""
        return [key for key, node in self.nodes.items() if self.kind(node) == "trigger"]

    def ports(self, node: Node) -> tuple[str, ...] | None:
        """The ways out of a step, None when its type is unknown."""
        if node.key not in self._ports:
            found = self.steps.get(node.type)
            self._ports[node.key] = tuple(port.key for port in found.ports(node)) if found else None
        return self._ports[node.key]

    @cached_property
    def edges(self) -> list[Edge]:
        """The connections that mean something: both ends exist, the port exists, each once, none into a trigger."""
        seen: set[tuple[str, str, str]] = set()
        found = []
        for edge in self.graph.edges:
            source, target = self.nodes.get(edge.source), self.nodes.get(edge.target)
            name = (edge.source, edge.port, edge.target)
            if source is None or target is None or name in seen or self.kind(target) == "trigger":
                continue
            ports = self.ports(source)
            if ports is None or edge.port in ports:
                seen.add(name)
                found.append(edge)
        return found

    @cached_property
    def drawn(self) -> list[Edge]:
        """Every connection between two steps, right or wrong: what a person sees."""
        return [edge for edge in self.graph.edges if edge.source in self.nodes and edge.target in self.nodes]

    @cached_property
    def paths(self) -> Paths:
        ways = [Way(edge.source, edge.port, edge.target) for edge in self.edges]
        outcomes = {key: self._outcomes(node) for key, node in self.nodes.items()}
        return Paths(list(self.nodes), ways, outcomes, lambda key: is_race(self.nodes[key]))

    def _outcomes(self, node: Node) -> tuple[str, ...]:
        ports = self.ports(node) or ("next",)
        if node.type == LOOP:  # the turns of its body are a matter of their own: it always goes on by another way
            ports = tuple(port for port in ports if port != "each")
        return (*ports, "") if node.type in ("logic.filter", "logic.stop") or not ports else ports

    @cached_property
    def loop_of(self) -> dict[str, str]:
        """For every step in the body of a loop, the innermost such loop."""
        paths = self.paths
        return bodies([key for key in paths.order if self.nodes[key].type == LOOP], paths.out)

    def loops(self, key: str) -> tuple[str, ...]:
        """The loops around a step, the outermost first."""
        return loops_around(key, self.loop_of)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The steps that a trigger leads to."""
        return self.paths.reached_from(self.triggers)

    def output(self, key: str) -> Schema:
        """The type of a step's data. Values that are set from themselves, in a circle, can be anything."""
        if key not in self._outputs and not self._under_way:
            for each in self.paths.before(
                key
            ):  # those before first: one asking the other would be too deep a recursion
                if each not in self._outputs:
                    self.output(each)
        if key not in self._outputs:
            node = self.nodes[key]
            found = self.steps.get(node.type)
            if found is None or key in self._under_way:
                return ANY
            self._under_way.add(key)
            self._outputs[key] = self._completed(
                node, found.output_schema(node.config, lambda value: self.type_of_value(node, value))
            )
            self._under_way.discard(key)
        return self._outputs[key]

    def _completed(self, node: Node, output: Schema) -> Schema:
        """An output with what only the whole graph, or another flow, can tell of it."""
        properties = output.get("properties", {})
        if node.type == LOOP and (collect := node.config.get("collect")) and self.loop_of.get(str(collect)):
            gathered: Schema = {"type": "array", "items": union([self.output(str(collect)), NULL]), "title": "Results"}
            return {**output, "properties": {**properties, "results": gathered}, "required": [*properties, "results"]}
        if node.type == RUN_FLOW and (called := self.flows.get(str(node.config.get("flow")))):
            return {**output, "properties": {**properties, "result": {**called.result, "title": "Result"}}}
        return output

    def names(self, key: str) -> Mapping[str, Schema]:
        """The types of what the expressions of a step may mention: trigger, steps, run, flow."""
        if key not in self._names:
            self._names[key] = names_at(self, key)
        return self._names[key]

    def present(self, key: str) -> frozenset[tuple[str | int, ...]]:
        """Paths that a condition on every way here has shown to be there."""
        if key not in self._present:
            self._present[key] = present_at(self, key)
        return self._present[key]

    def infer(self, key: str, text: str) -> Inferred:
        """The type of an expression of this step."""
        found = self._types.get((key, text))
        if found is None:
            found = self._types[key, text] = infer(text, self.names(key), self.present(key))
        return found

    def type_of_value(self, node: Node, value: JsonValue) -> Schema:
        """The type of a value of this step's config."""
        if is_expression(value) and isinstance(value, dict):
            return self.infer(node.key, str(value[MARK])).schema
        if isinstance(value, dict):
            parts = {name: self.type_of_value(node, part) for name, part in value.items()}
            return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
        if isinstance(value, list):
            found = [self.type_of_value(node, part) for part in value[:MOST_ITEMS]]
            return {"type": "array", "items": union(found) if found and len(value) <= MOST_ITEMS else ANY}
        return constant(value)

    @cached_property
    def shown(self) -> list[tuple[int, frozenset[tuple[str | int, ...]]]]:
        """What the ways out of branches and filters show, by their bits."""
        return shown_by_ports(self)

    @cached_property
    def uses(self) -> list[Use]:
        """Every expression of every step, in the order of the graph."""
        return list(self._uses())

    def _uses(self) -> Iterator[Use]:
        for node in self.nodes.values():
            found = self.steps.get(node.type)
            schema: Mapping[str, Any] = found.input_schema if found else {}
            for place, text in expressions_in(node.config):
                yield Use(node, place, text, wanted_at(schema, node.config, place))

    def problem(
        self,
        node: Node,
        code: str,
        text: str,
        hint: str = "",
        *,
        field: str | None = None,
        severity: Severity = "error",
        mend: Mapping[str, JsonValue] | None = None,
    ) -> Problem:
        """A problem of this step; `text` goes on after “Step “…”: ”."""
        return Problem(severity, code, f"Step “{node.title[:80]}”: {text}", hint, node.key, field, mend)

    def field_problem(
        self,
        node: Node,
        code: str,
        place: str,
        text: str,
        hint: str,
        severity: Severity = "error",
        mend: Mapping[str, JsonValue] | None = None,
    ) -> Problem:
        """A problem of a field: `text` goes on after the field's name."""
        found = self.steps.get(node.type)
        words = field_words(found.input_schema if found else {}, place)
        return self.problem(node, code, f"{words} {text}", hint, field=place, severity=severity, mend=mend)

    def path_of(self, node: Node, place: str) -> str:
        """Where a place of a step's config stands in the graph document, for a repair."""
        return f"{pointer('nodes', self.index[node.key])}/config{place}"

    def put_text(self, node: Node, place: str, label: str, text: str | None) -> Mapping[str, JsonValue] | None:
        """A repair that replaces the text of an expression."""
        return repair(label, ("replace", f"{self.path_of(node, place)}/{MARK}", text)) if text is not None else None


def is_race(node: Node) -> bool:
    """Whether the step runs as soon as one of the paths to it has come."""
    return node.type == "logic.join" and node.config.get("mode") == "any"
