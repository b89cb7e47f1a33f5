"""What a field takes, for the data picker."""

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Given, Schema, parts_of
from helix.editor.forms.conditions import TypeOf
from helix.editor.forms.operators import LIST_RIGHT
from helix.flows.places import wanted_at


def wanted(schema: Schema, config: JsonValue, pointer: str, type_of: TypeOf) -> Schema:
    """The schema of what the value at this pointer may be; an empty one where anything fits.

    The right side of a comparison takes what its left side is, the left side takes anything.
    """
    if not pointer.startswith(("/branches/", "/when")):
        return wanted_at(schema, config, pointer) if pointer.startswith("/") else {}
    parts = parts_of(pointer)
    row: Given = config
    for part in parts[:-1]:
        row = _value(row, part)
    if parts[-1] != "right" or not isinstance(row, dict) or row.get("op") in LIST_RIGHT:
        return {}
    left = dict(type_of(row.get("left", ABSENT)))
    left.pop("const", None)
    return left


def _value(value: Given, part: str) -> Given:
    if isinstance(value, dict):
        return value.get(part, ABSENT)
    return value[int(part)] if isinstance(value, list) and part.isdigit() and int(part) < len(value) else ABSENT
