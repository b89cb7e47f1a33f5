"""Mistakes in expressions and conditions."""

import json
from collections.abc import Iterator
from typing import Any

from helix.expressions.parsing import expressions_in
from helix.expressions.types import kinds
from helix.flows.graph import Node
from helix.flows.places import wanted_at
from helix.flows.rules.expressions import in_condition
from helix.flows.steps import STEP_TYPES
from tests.unit.flows.mutants_base import Mutant, after, put

ANYWHERE = (
    ("bad Liquid", "{{ trigger.x | default: 'a }}"),
    ("bad Liquid", "{% if run.id %}never closed"),
    ("bad Liquid", "{% include 'x' %}"),
    ("unknown filter", "{{ run.id | upcasee }}"),
    ("unknown name", "{{ tigger.email }}"),
    ("unknown step", "{{ steps.nowhere.data.x }}"),
    ("missing path", "{{ run.ident }}"),
    ("missing path", "{{ flow.name.first }}"),
    ("bad filter argument", "{{ run.id | append }}"),
    ("bad filter argument", "{{ run.id | upcase: 1 }}"),
    ("filter of another type", "{{ run.id | split: '-' | upcase }}"),
    ("filter of another type", "{{ run.id | join: ',' }}"),
    ("filter of another type", "{{ 'many' | plus: 1 }}"),
    ("division by 0", "{{ 6 | divided_by: 0 }}"),
    ("list in a text", "a {{ run.id | split: '-' }} b"),
    ("step not named", "{{ steps | json }}"),
    ("incomparable in a tag", "{% if run.id > 3 %}a{% endif %}"),
    ("item outside a loop", "{{ item.x }}"),
    ("item outside a loop", "{{ index }}"),
)
"""What is wrong wherever it stands."""
FOR_TEXT = (
    ("list for scalar", "{{ run.id | split: '-' }}"),
    ("wrong type", "{{ 7 }}"),
    ("wrong type", "{{ run }}"),
    ("wrong type", "{{ true }}"),
    ("nothing for a value", "{{ nil }}"),
)
FOR_NUMBER = (
    ("wrong type", "{{ run.id }}"),
    ("list for scalar", "{{ run.id | split: '-' }}"),
    ("wrong type", "a {{ 7 }}"),
    ("nothing for a value", "{{ nil }}"),
)


def expression_mutants(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, schema = node["key"], STEP_TYPES[node["type"]].input_schema
    drawn = Node(key=key, type=node["type"])
    in_loop = _in_a_loop(graph, key)
    later = sorted(after(graph, key))
    for pointer, text in expressions_in(node["config"]):

        def use(kind: str, mutated: str, severity: str = "error", pointer: str = pointer) -> Mutant:
            changed = put(graph, index, pointer, {"$liquid": mutated})
            return Mutant(kind, f"{name}{pointer}: {mutated}", changed, key, pointer, severity)

        yield use("bad Liquid", text.replace("}}", "}", 1))
        for kind, mutated in ANYWHERE:
            if kind != "item outside a loop" or not in_loop:
                yield use(kind, mutated)
        yield use("own output", f"{{{{ steps.{key}.data.x }}}}")
        if later:
            yield use("later step", f"{{{{ steps.{later[0]}.data }}}}")
        if "trigger." in text and "steps." not in text and "trigger.body" not in text:
            yield use("field renamed", text.replace("trigger.", "trigger.x_"))
        if in_condition(drawn, pointer) or not text.strip().startswith("{{"):
            continue
        wanted = wanted_at(schema, node["config"], pointer)
        found = kinds(wanted) if wanted else frozenset({"any"})
        for kind, mutated in FOR_TEXT if found == {"string"} else FOR_NUMBER if found <= {"integer", "number"} else ():
            yield use(kind, mutated)
        if found == {"string"}:
            yield use("maybe nothing for a value", "{{ run.id | split: '-' | first }}", "warning")
        if wanted.get("format") == "date-time":
            yield use("wrong form", "{{ run.started_at | date: '%Y-%m-%d' }}")
            yield use("maybe of another form", "{{ run.id }}", "warning")
        if "enum" in wanted:
            yield use("wrong enum", "{{ 'nonsense' }}")
            yield use("maybe wrong enum", "{{ run.id }}", "warning")


def _in_a_loop(graph: Any, key: str) -> bool:
    """Whether the step is in the body of a loop."""
    loops = [node["key"] for node in graph["nodes"] if node["type"] == "logic.for_each"]
    entries = [edge["target"] for edge in graph["edges"] if edge["source"] in loops and edge["port"] == "each"]
    return any(key == entry or key in after(graph, entry) for entry in entries)


def condition_mutants(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key = node["key"]
    for pointer, leaf in comparisons(node["config"]):

        def change(kind: str, part: str, value: Any, remove: bool = False, pointer: str = pointer) -> Mutant:
            place = f"{pointer}/{part}"
            words = f"{name}{place}: {'removed' if remove else json.dumps(value)}"
            return Mutant(kind, words, put(graph, index, place, value, remove), key, place)

        yield change("unknown comparison", "op", "bigger")
        yield change("unknown comparison", "op", None, remove=True)
        yield change("side removed", "left", None, remove=True)
        yield change("unknown setting", "middle", 1)
        if "right" in leaf:
            yield change("side removed", "right", None, remove=True)
            yield change("incomparable", "right", {"a": 1})
        if leaf["op"] in ("gt", "gte", "lt", "lte"):
            yield change("incomparable", "right", "5")
            yield change("incomparable", "right", [1])
            yield change("incomparable", "left", {"$liquid": "{{ run.id | split: '-' }}"})
    for pointer in _groups(node["config"]):
        yield Mutant("empty group", f"{name}{pointer}", put(graph, index, pointer, []), key, pointer.rsplit("/", 1)[0])


def comparisons(config: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every comparison of a config, with its place."""
    if isinstance(config, dict):
        if "op" in config and "left" in config:
            yield pointer, config
        for name, part in config.items():
            yield from comparisons(part, f"{pointer}/{name}")
    elif isinstance(config, list):
        for position, part in enumerate(config):
            yield from comparisons(part, f"{pointer}/{position}")


def _groups(config: Any, pointer: str = "") -> Iterator[str]:
    for name, part in (
        config.items() if isinstance(config, dict) else enumerate(config if isinstance(config, list) else ())
    ):
        if name in ("all", "any") and isinstance(part, list):
            yield f"{pointer}/{name}"
        yield from _groups(part, f"{pointer}/{name}")
