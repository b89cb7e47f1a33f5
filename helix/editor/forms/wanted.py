"""What a field takes: the part of a step's input schema that a pointer leads to."""

from pydantic import JsonValue

from helix.editor.fields import Schema, parts_of
from helix.editor.forms.operators import LIST_RIGHT
from helix.editor.forms.paths import Types
from helix.editor.forms.schema import constant_of

_OWN: dict[str, Schema] = {
    "@retry/max_attempts": {"type": "integer"},
    "@timeout_seconds": {"type": "number"},
}


def wanted(schema: Schema, config: JsonValue, pointer: str) -> Schema:
    """The schema of the value at this pointer; an empty one (anything fits) where the schema says nothing."""
    if pointer.startswith("@"):
        return _OWN.get(pointer, {})
    definitions = schema.get("$defs", {})
    now, value = schema, config
    for part in parts_of(pointer):
        now = _inside(_resolved(now, definitions), value, part)
        value = _value(value, part)
    return _resolved(now, definitions)


def wanted_at(schema: Schema, config: JsonValue, pointer: str, types: Types) -> Schema:
    """As `wanted`; the right side of a comparison takes what its left side is, the left side takes anything."""
    parts = parts_of(pointer)
    if pointer.startswith(("/branches/", "/when")):
        row = config
        for part in parts[:-1]:
            row = _value(row, part)
        left = row.get("left") if isinstance(row, dict) else None
        return (
            types.of(left) or {}
            if parts[-1] == "right" and isinstance(row, dict) and row.get("op") not in LIST_RIGHT
            else {}
        )
    return wanted(schema, config, pointer)


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return definitions.get(reference.rsplit("/", 1)[-1], {}) if isinstance(reference, str) else schema


def _inside(schema: Schema, value: JsonValue, part: str) -> Schema:
    for option in schema.get("oneOf", ()) if schema.get("x-discriminator") else ():
        by = schema["x-discriminator"]
        if isinstance(value, dict) and value.get(by) == constant_of(option.get("properties", {}).get(by, {})):
            return _inside(option, value, part)
    properties, items, extra = schema.get("properties", {}), schema.get("items"), schema.get("additionalProperties")
    if part in properties:
        found: Schema = properties[part]
        return found
    if isinstance(items, dict) and part.isdigit():
        return items
    return extra if isinstance(extra, dict) else {}


def _value(value: JsonValue, part: str) -> JsonValue:
    if isinstance(value, dict):
        return value.get(part)
    return value[int(part)] if isinstance(value, list) and part.isdigit() and int(part) < len(value) else None
