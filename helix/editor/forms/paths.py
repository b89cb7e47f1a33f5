"""Lone references: `{{ steps.a.data.b | size }}` taken apart, and the type they have, as far as the scope tells."""

import re
from collections.abc import Iterable
from typing import Any, Protocol

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Given, Schema, liquid_of

_LONE = re.compile(r"\s*\{\{-?\s*([A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\]|{}]*\])*)\s*((?:\|[^{}]*)?)-?\}\}\s*")
_FILTERS: dict[str, Schema] = {
    "size": {"type": "integer"}, "upcase": {"type": "string"}, "downcase": {"type": "string"}, "capitalize": {"type": "string"},
    "strip": {"type": "string"}, "date": {"type": "string"}, "join": {"type": "string"}, "append": {"type": "string"},
    "plus": {"type": "number"}, "minus": {"type": "number"}, "times": {"type": "number"}, "round": {"type": "integer"},
    "sum": {"type": "number"}, "split": {"type": "array", "items": {"type": "string"}},
}  # fmt: skip
_ITEMS = ("first", "last")
_SAME = ("default", "uniq", "compact", "sort", "reverse", "where")


class Entry(Protocol):
    """A place that an expression may read (see helix.flows.scope.PathEntry)."""

    @property
    def path(self) -> str: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def words(self) -> str: ...
    @property
    def certain(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...


def lone_path(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The path and the names of the filters of a lone reference; None for any other text."""
    found = _LONE.fullmatch(text)
    if found is None:
        return None
    filters = tuple(part.strip().partition(":")[0].strip() for part in found[2].split("|")[1:])
    return found[1], filters


class Types:
    """The types of expressions, from what is available to a step."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_path = {normal(entry.path): entry.schema for entry in entries}

    def of(self, value: Given) -> Schema | None:
        """The schema of a fixed or mapped value; None when nobody knows."""
        text = liquid_of(value)
        if text is None:
            return None if value is ABSENT or value is None or value == "" else literal_schema(value)
        found = lone_path(text)
        if found is None:
            return {"type": "string"} if text.strip() and not text.strip().startswith("{{") else None
        schema = self._by_path.get(normal(found[0]))
        for name in found[1]:
            if name in _FILTERS:
                schema = _FILTERS[name]
            elif name in _ITEMS:
                items = (schema or {}).get("items")
                schema = items if isinstance(items, dict) else None
            elif name not in _SAME:
                return None
        return schema


def literal_schema(value: JsonValue) -> Schema:
    """The type of a fixed value."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    names: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return {"type": names.get(type(value), "null")}


def normal(path: str) -> str:
    """One spelling for `a["b"]`, `a.b`, `a[0]` and `a.first`."""
    text = re.sub(r"\[\s*[\"']([^\"']*)[\"']\s*\]", r".\1", path)
    return re.sub(r"\[(?:\d+|\*)?\]|\.first\b|\.last\b|\.\d+\b", "[]", text)


def value_at(path: str, scope: Any) -> Given:
    """What a path leads to in a value; list positions and `first` are followed. ABSENT when it leads nowhere."""
    now = scope
    for part in re.findall(r"[^.\[\]\"']+", path):
        if isinstance(now, dict) and part in now:
            now = now[part]
        elif isinstance(now, list) and (part in _ITEMS or part.isdigit()):
            index = {"first": 0, "last": -1}.get(part) if part in _ITEMS else int(part)
            if index is None or not -len(now) <= index < len(now):
                return ABSENT
            now = now[index]
        else:
            return ABSENT
    found: Given = now
    return found
