"""JSON Schema that is simple to draw and to type: draft 2020-12, no $ref where nothing recurs, no null noise."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def clean_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model, cleaned. Recursive parts stay behind $ref and $defs."""
    raw = model.model_json_schema(mode="validation")
    definitions: dict[str, Any] = raw.pop("$defs", {})
    kept: set[str] = set()
    cleaned = _clean(raw, definitions, (), kept)
    cleaned.pop("title", None)
    cleaned.setdefault("properties", {})
    cleaned.setdefault("required", [])
    if kept:
        done: set[str] = set()
        cleaned["$defs"] = {}
        while kept - done:
            name = min(kept - done)
            done.add(name)
            cleaned["$defs"][name] = _clean(definitions[name], definitions, (name,), kept)
    return {"$schema": DIALECT, **cleaned}


def _clean(node: Any, definitions: dict[str, Any], inside: tuple[str, ...], kept: set[str]) -> Any:
    if isinstance(node, list):
        return [_clean(item, definitions, inside, kept) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        if not definitions[name] or name == "JsonValue":
            return _clean(beside, definitions, inside, kept)
        if name in inside:
            kept.add(name)
            return {"$ref": node["$ref"], **_clean(beside, definitions, inside, kept)}
        inlined = {key: value for key, value in definitions[name].items() if key not in ("title", "description")}
        return _clean(inlined | beside, definitions, (*inside, name), kept)
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "default" and value is None:
            continue
        if key in ("properties", "$defs"):
            result[key] = {name: _clean(part, definitions, inside, kept) for name, part in value.items()}
        elif key == "discriminator":
            result["x-discriminator"] = value["propertyName"]
        elif key in ("examples", "default", "const", "enum", "required"):
            result[key] = value
        else:
            result[key] = _clean(value, definitions, inside, kept)
    if result.get("additionalProperties") == {}:
        result["additionalProperties"] = True
    return _plain_union(result)


def _plain_union(node: dict[str, Any]) -> dict[str, Any]:
    """Turn `anyOf` of bare types into `type: [...]`, and "this or null" into the type with null."""
    options = node.get("anyOf")
    if not isinstance(options, list) or not all(
        isinstance(o, dict) and isinstance(o.get("type"), str) for o in options
    ):
        return node
    rich = [option for option in options if set(option) != {"type"}]
    if len(rich) > 1:
        return node
    merged = {key: value for key, value in node.items() if key != "anyOf"}
    for option in rich:
        merged = option | merged
    return {"type": [option["type"] for option in options], **{k: v for k, v in merged.items() if k != "type"}}
