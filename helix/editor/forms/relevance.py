"""Which fields matter as the form stands: what has no effect is not drawn, unless it holds something. Pure.

Two marks of a schema say so: the rule `needed_when` (a body is needed when its type is chosen), and `x-when` of a field
({"for": "approval"}: only then has it an effect).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from helix.editor.fields import Field, Schema, liquid_of, parts_of
from helix.editor.forms.words import humanize, listed


def relevant(fields: Iterable[Field], schema: Schema, config: Mapping[str, JsonValue]) -> tuple[Field, ...]:
    """The fields that matter, each required as the choices of this config make it; the choices draw the form again."""
    conditions = conditions_of(schema)
    deciding = {other for wanted in conditions.values() for other in wanted}
    needed = {str(rule.get("field")) for rule in _needed(schema)}
    found = []
    for each in fields:
        name = parts_of(each.pointer)[-1]
        field = replace(each, redraw=True) if name in deciding else each
        wanted = conditions.get(name)
        if wanted is None:
            found.append(field)
        elif matters(wanted, schema, config):
            found.append(replace(field, required=field.required or name in needed))
        elif field.given and field.value not in ("", None, [], {}):
            found.append(replace(field, note=f"This has no effect {_unless(wanted, schema)}."))
    return tuple(found)


def conditions_of(schema: Schema) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each field that is not always of use: the other fields, and the values of theirs that make it so."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for rule in _needed(schema):
        held = found.setdefault(str(rule["field"]), {})
        held[str(rule["other"])] = (*held.get(str(rule["other"]), ()), str(rule["value"]))
    for name, part in schema.get("properties", {}).items():
        for other, value in (part.get("x-when") or {}).items():
            found.setdefault(name, {})[other] = tuple(value) if isinstance(value, list) else (str(value),)
    return found


def matters(wanted: Mapping[str, tuple[str, ...]], schema: Schema, config: Mapping[str, JsonValue]) -> bool:
    """Whether a field with these conditions has an effect; it may have when a run decides."""
    for other, values in wanted.items():
        now = config.get(other, schema.get("properties", {}).get(other, {}).get("default"))
        if liquid_of(now) is None and now not in values:
            return False
    return True


def _needed(schema: Schema) -> list[Mapping[str, Any]]:
    return [rule for rule in schema.get("x-rules", ()) if rule.get("rule") == "needed_when"]


def _unless(wanted: Mapping[str, tuple[str, ...]], schema: Schema) -> str:
    parts = []
    for other, values in wanted.items():
        part = schema.get("properties", {}).get(other, {})
        labels = part.get("x-labels", {})
        names = [f"“{labels.get(value) or humanize(value)}”" for value in values]
        parts.append(f"“{part.get('title') or humanize(other)}” is {listed(names, 'or')}")
    return f"unless {listed(parts)}"
