"""What a kind of step is, for the check, the editor and the engine. The kinds themselves are in the files beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import JsonValue

from helix.expressions.parsing import is_expression
from helix.expressions.types import ANY, Schema, constant
from helix.flows.graph import Node
from integrations.kit.action import Action, Effect
from integrations.kit.faults import Fault
from integrations.kit.schema import clean_schema
from integrations.kit.shape import Shape

Kind = Literal["trigger", "action", "logic"]
Config = Mapping[str, Any]
TypeOf = Callable[[JsonValue], Schema]
"""The type of a value of a config, expressions in it included."""


@dataclass(frozen=True)
class Port:
    """A way out of a step; `label` is what a person reads beside it."""

    key: str
    label: str = ""


NEXT = (Port("next"),)
ERROR = Port("error", "On error")


def type_of_literal(value: JsonValue) -> Schema:
    """The type of a value, where nothing is known of the expressions in it."""
    if is_expression(value):
        return ANY
    if isinstance(value, dict):
        parts = {name: type_of_literal(part) for name, part in value.items()}
        return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
    if isinstance(value, list):
        found = [type_of_literal(part) for part in value]
        return {"type": "array", "items": found[0] if found and all(each == found[0] for each in found) else ANY}
    return constant(value)


def _no_output(config: Config, type_of: TypeOf) -> Schema:
    return {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True)
class StepType:
    """One kind of step. `family` is its place in the palette, `effect` what a repeat does (RELIABILITY classes A to D),
    `integration` the service whose connection it needs and `key_family` the keys it needs of it (None: it works without)."""

    key: str
    title: str
    help: str
    family: str
    kind: Kind
    icon: str
    input: type[Shape]
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)
    integration: str | None = None
    key_family: str | None = None
    destructive: str | None = None
    deprecated: str | None = None
    optional_integration: str | None = None
    """The service whose connection it may use, and works without."""
    effect: Effect = "A"
    """The worst that a repeat may do, whatever the settings."""
    effect_by: Callable[[Config], Effect] | None = None
    hidden: bool = False
    """Never offered: a step of this kind only comes in from elsewhere."""
    action: Action | None = None
    output: Callable[[Config, TypeOf], Schema] = _no_output
    exits: Callable[[Config], tuple[Port, ...]] = lambda config: NEXT

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """The settings as JSON Schema (2020-12); the rules between fields under `x-rules`."""
        if self.action is not None:
            return self.action.input_schema()
        schema = clean_schema(self.input)
        if self.input.rules:
            schema["x-rules"] = [rule.as_json() for rule in self.input.rules]
        return schema

    def output_schema(self, config: Config, type_of: TypeOf = type_of_literal) -> Schema:
        """The JSON Schema of the `data` that a step with this config gives."""
        return self.output(config, type_of)

    def ports(self, node: Node | Mapping[str, Any]) -> tuple[Port, ...]:
        """The ways out of this step, the one for errors included where it has been chosen."""
        config, on_error = (
            (node.config, node.on_error) if isinstance(node, Node) else (node.get("config") or {}, node.get("on_error"))
        )
        found = self.exits(config)
        return (*found, ERROR) if on_error == "branch" and self.can_fail else found

    def effect_of(self, config: Config) -> Effect:
        """What a repeat of a step with this config does."""
        return self.effect_by(config) if self.effect_by else self.effect

    @property
    def can_fail(self) -> bool:
        """Whether “when it fails” means anything: a trigger and a stop have no way on."""
        return self.kind != "trigger" and self.key != "logic.stop"

    def faults(self, config: Config) -> tuple[Fault, ...]:
        """Everything certainly wrong with the literals of a config; expressions get the benefit of the doubt."""
        given = dict(config)
        return (
            self.action.check(given, is_expression)
            if self.action is not None
            else self.input.faults(given, is_expression)
        )
