"""The type of a sample: what a person has shown of a message or an answer, as JSON Schema. Pure."""

from typing import Any

from helix.expressions.types import ANY, Schema, union

MOST_ITEMS = 50
MOST_DEPTH = 12


def type_of_sample(sample: Any, depth: int = 0) -> Schema:
    """Objects with the names they have, lists of what their items are together, anything for null."""
    if depth > MOST_DEPTH or sample is None:
        return ANY
    if isinstance(sample, bool):
        return {"type": "boolean"}
    if isinstance(sample, int):
        return {"type": "integer"}
    if isinstance(sample, float):
        return {"type": "number"}
    if isinstance(sample, str):
        return {"type": "string"}
    if isinstance(sample, list):
        items = [type_of_sample(item, depth + 1) for item in sample[:MOST_ITEMS]]
        return {"type": "array", "items": union(items) if items else ANY}
    properties = {name: type_of_sample(part, depth + 1) for name, part in sample.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": True}


def object_of(**properties: Schema) -> Schema:
    """An object with just these names, all of them there."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
