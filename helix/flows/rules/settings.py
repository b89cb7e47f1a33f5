"""The settings of a step keep what its type says: types, choices, bounds, required ones, rules between fields, sizes.

The words and rules are the shapes' own (integrations/kit): a run refuses exactly what is refused here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from helix.expressions.near import nearest
from helix.flows.graph import Node
from helix.flows.places import wanted_at
from helix.flows.problems import Problem, parts_of, pointer, repair
from helix.flows.subject import MOST_PROBLEMS_A_STEP, Subject
from integrations.kit.faults import Fault


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        found = subject.type_of(node)
        if found is None:
            continue
        for fault in found.faults(node.config)[:MOST_PROBLEMS_A_STEP]:
            hint, mend = fault.hint, None
            if fault.code == "unknown_field":
                hint, mend = _unknown(subject, node, fault, found.input_schema)
            elif fault.code == "choice":
                hint, mend = _choice(subject, node, fault, found.input_schema)
            elif fault.code == "type":
                mend = _retyped(subject, node, fault, found.input_schema)
            yield subject.problem(
                node, fault.code, fault.message, hint, field=fault.pointer or None, severity=fault.severity, mend=mend
            )


def _unknown(
    subject: Subject, node: Node, fault: Fault, schema: Mapping[str, Any]
) -> tuple[str, Mapping[str, JsonValue] | None]:
    """A name that is not known: the one that was meant, or away with it."""
    parts = parts_of(fault.pointer)
    around = pointer(*parts[:-1])
    given = value_at(node.config, around)
    names = [
        name
        for name in wanted_at(schema, node.config, around).get("properties", {})
        if not isinstance(given, dict) or name not in given
    ]
    close = nearest(parts[-1], names)
    path = subject.path_of(node, fault.pointer)
    if close and isinstance(given, dict):
        moved = ("add", subject.path_of(node, around + pointer(close)), given.get(parts[-1]))
        return f"Did you mean “{close}”?", repair(f"Call it {close}", ("remove", path, None), moved)
    return fault.hint, repair("Remove it", ("remove", path, None))


def _choice(
    subject: Subject, node: Node, fault: Fault, schema: Mapping[str, Any]
) -> tuple[str, Mapping[str, JsonValue] | None]:
    offered = wanted_at(schema, node.config, fault.pointer).get("enum") or ()
    given = value_at(node.config, fault.pointer)
    close = nearest(given, offered) if isinstance(given, str) else None
    if close is None:
        return fault.hint, None
    return f"Did you mean “{close}”?", repair(
        f"Take “{close}”", ("replace", subject.path_of(node, fault.pointer), close)
    )


def _retyped(subject: Subject, node: Node, fault: Fault, schema: Mapping[str, Any]) -> Mapping[str, JsonValue] | None:
    """The same value as the type that is wanted, where nothing is lost."""
    wanted, given = wanted_at(schema, node.config, fault.pointer).get("type"), value_at(node.config, fault.pointer)
    value: JsonValue = None
    if wanted == "string" and isinstance(given, (int, float)) and not isinstance(given, bool):
        value = str(given)
    elif (
        wanted in ("integer", "number")
        and isinstance(given, str)
        and given.strip().lstrip("-").isdigit()
        and len(given) < 19
    ):
        value = int(given)
    elif wanted == "boolean" and isinstance(given, str) and given.lower() in ("true", "false"):
        value = given.lower() == "true"
    elif wanted == "array" and isinstance(given, (str, int)) and not isinstance(given, bool):
        value = [given]
    if value is None:
        return None
    return repair("Correct its type", ("replace", subject.path_of(node, fault.pointer), value))


def value_at(config: JsonValue, place: str) -> JsonValue:
    """The value at a JSON pointer; None when there is none."""
    value = config
    for part in parts_of(place):
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[int(part)] if isinstance(value, list) and part.isdigit() and int(part) < len(value) else None
    return value
