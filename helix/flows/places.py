"""Places in a step's config: the type that a place takes, and the words a person knows it by. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.expressions.types import ANY, Schema
from helix.flows.problems import parts_of


def wanted_at(schema: Schema, config: JsonValue, place: str) -> Schema:
    """The schema of the value at this JSON pointer, definitions and all; ANY where the schema says nothing."""
    definitions = schema.get("$defs")
    now: Schema = schema
    value: Any = config
    for part in parts_of(place):
        now = _into(_followed(now, definitions), value, part)
        value = (
            value.get(part)
            if isinstance(value, dict)
            else value[int(part)]
            if isinstance(value, list) and part.isdigit()
            else None
        )
        if not now:
            return ANY
    found = _followed(now, definitions)
    return {**found, "$defs": definitions} if definitions else found


def _followed(schema: Schema, definitions: Any) -> Schema:
    reference = schema.get("$ref")
    if isinstance(reference, str) and isinstance(definitions, Mapping):
        found = definitions.get(reference.rsplit("/", 1)[-1])
        return found if isinstance(found, Mapping) else ANY
    return schema


def _into(schema: Schema, value: Any, part: str) -> Schema:
    options = schema.get("oneOf") or schema.get("anyOf")
    if isinstance(options, list):
        by = schema.get("x-discriminator")
        for option in options:
            if (
                by
                and isinstance(value, Mapping)
                and value.get(by) == _constant(option.get("properties", {}).get(by, {}))
            ):
                return _into(option, value, part)
        if by:
            return ANY
        fitting = [
            option for option in options if option.get("type") == ("array" if isinstance(value, list) else "object")
        ]
        return _into(fitting[0], value, part) if len(fitting) == 1 else ANY
    found = schema.get("properties", {}).get(part)
    if isinstance(found, Mapping):
        return found
    items, extra = schema.get("items"), schema.get("additionalProperties")
    if isinstance(items, Mapping) and isinstance(value, list):
        return items
    return extra if isinstance(extra, Mapping) else ANY


def _constant(schema: Schema) -> Any:
    enum = schema.get("enum")
    return schema.get("const", enum[0] if isinstance(enum, list) and enum else schema.get("default"))


def field_words(schema: Schema, place: str) -> str:
    """“Title”, with the position in a list and the names inside it: “Calls” item 2 → “Event”."""
    parts = parts_of(place)
    if not parts:
        return "the settings"
    definitions, words = schema.get("$defs"), ""
    now: Schema = schema
    for index, part in enumerate(parts):
        now = _followed(now, definitions)
        inner = now.get("properties", {}).get(part) if isinstance(now.get("properties"), Mapping) else None
        if part.isdigit() and inner is None:
            words += f" item {int(part) + 1}"
            items = now.get("items")
            now = items if isinstance(items, Mapping) else ANY
            continue
        title = inner.get("title") if isinstance(inner, Mapping) else None
        words += (" → " if words else "") + f"“{title or readable(part)}”"
        if isinstance(inner, Mapping) and inner.get("format") == "condition":
            return words + _comparison(parts[index + 1 :])
        extra = now.get("additionalProperties")
        now = inner if isinstance(inner, Mapping) else extra if isinstance(extra, Mapping) else ANY
    return words


def _comparison(parts: list[str]) -> str:
    """Which comparison of a condition: “ comparison 2”; within a group inside a group, “ comparison 2.1”."""
    numbers = [str(int(part) + 1) for part in parts if part.isdigit()]
    return f" comparison {'.'.join(numbers)}" if numbers else ""


def readable(name: str) -> str:
    """A name as it is, shortened."""
    return name if len(name) <= 60 else f"{name[:60]}…"
