"""What a service answered, given the shape that was promised. Tolerant inside, strict about the outermost names."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, JsonValue

from integrations.kit.exchange import without_userinfo
from integrations.kit.schema import clean_schema

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {"array": list, "object": dict}


class BrokenPromise(Exception):
    """An answer lacks what its action promises; says what, for a person."""


@cache
def _schema(output: type[BaseModel]) -> dict[str, Any]:
    return clean_schema(output)


def tidy(output: type[BaseModel], data: dict[str, Any], private_urls: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give data the promised shape: null lists become empty ones, passwords in `private_urls` fields are blotted out.

    Everything else stays as the service sent it, names we do not know included. BrokenPromise when a name is missing
    that the action promises, or holds no list or object where one is promised.
    """
    schema = _schema(output)
    tidied: dict[str, Any] = _tidy(schema, data, frozenset(private_urls))
    for name in schema["required"]:
        if name not in tidied:
            raise BrokenPromise(f"“{name}” is missing")
        wanted = schema["properties"][name].get("type")
        if isinstance(wanted, str) and not isinstance(tidied[name], _JSON_TYPES.get(wanted, object)):
            raise BrokenPromise(f"“{name}” is no {'list' if wanted == 'array' else wanted}")
    return tidied


def _tidy(schema: dict[str, Any], value: Any, private: frozenset[str]) -> Any:
    if value is None and schema.get("type") == "array":
        return []
    if isinstance(value, list) and "properties" in schema.get("items", {}):
        return [_tidy(schema["items"], item, private) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        result: dict[str, JsonValue] = {
            name: _tidy(known[name], part, private) if name in known else part for name, part in value.items()
        }
        for name in private & result.keys():
            held = result[name]
            result[name] = without_userinfo(held) if isinstance(held, str) else held
        return result
    return value
