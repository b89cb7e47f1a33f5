"""What a step gives to the steps after it: its output schema as rows, and a made-up sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from helix.editor.fields import Schema
from helix.expressions.words import type_words

DEPTH = 6
MOST = 200


@dataclass(frozen=True)
class OutputRow:
    """One place in the output. `path` is how an expression names it."""

    path: str
    name: str
    level: int
    words: str
    help: str
    always: bool


def rows_of(schema: Schema, root: str) -> tuple[OutputRow, ...]:
    """The places of a schema in reading order, lists followed by the places of one item."""
    rows: list[OutputRow] = []
    _walk(schema, root, 1, rows, schema.get("$defs", {}), ())
    return tuple(rows)


def _walk(
    schema: Schema, path: str, level: int, rows: list[OutputRow], definitions: Schema, seen: tuple[str, ...]
) -> None:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference in seen:
            return
        schema, seen = definitions.get(reference.rsplit("/", 1)[-1], {}), (*seen, reference)
    if level > DEPTH or len(rows) >= MOST:
        return
    required = set(schema.get("required", ()))
    for name, part in (schema.get("properties") or {}).items():
        if not isinstance(part, Mapping) or len(rows) >= MOST:
            continue
        place = f"{path}.{name}" if name.isidentifier() else f'{path}["{name}"]'
        rows.append(OutputRow(place, name, level, type_words(part), part.get("description", ""), name in required))
        _walk(part, place, level + 1, rows, definitions, seen)
    items = schema.get("items")
    if isinstance(items, Mapping):
        _walk(items, f"{path}[0]", level, rows, definitions, seen)


def sample(schema: Schema, definitions: Schema | None = None, level: int = 0) -> JsonValue:
    """A made-up value of the schema: its first example where it has one."""
    definitions = definitions if definitions is not None else schema.get("$defs", {})
    if level > DEPTH:
        return None
    if isinstance(reference := schema.get("$ref"), str):
        return sample(definitions.get(reference.rsplit("/", 1)[-1], {}), definitions, level + 1)
    for key in ("examples", "enum"):
        if isinstance(offered := schema.get(key), list) and offered:
            first: JsonValue = offered[0]
            return first
    if "const" in schema or "default" in schema:
        fixed: JsonValue = schema.get("const", schema.get("default"))
        return fixed
    return _sample_of_type(schema, definitions, level)


def _sample_of_type(schema: Schema, definitions: Schema, level: int) -> JsonValue:
    types: Any = schema.get("type")
    kind = next((each for each in types if each != "null"), "null") if isinstance(types, list) else types
    options = schema.get("oneOf") or schema.get("anyOf")
    if kind is None and options:
        return sample(options[0], definitions, level + 1)
    if kind == "object" or "properties" in schema:
        return {name: sample(part, definitions, level + 1) for name, part in (schema.get("properties") or {}).items()}
    if kind == "array":
        items = schema.get("items")
        return [sample(items, definitions, level + 1)] if isinstance(items, dict) and items else []
    if kind == "string":
        return {"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "email": "person@example.com"}.get(
            schema.get("format", ""), "text"
        )
    number = schema.get("minimum", 1)
    return {"integer": number, "number": number, "boolean": True}.get(str(kind))
