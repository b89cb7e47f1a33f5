"""Types are JSON Schemas (draft 2020-12). Here: what a schema can be, one hop into it, and unions. Pure and total: a schema
that says nothing, or something this file does not know, is "anything"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

ANY: Final[Schema] = {}
TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
YES_NO: Final[Schema] = {"type": "boolean"}
NULL: Final[Schema] = {"type": "null"}
LIST: Final[Schema] = {"type": "array"}
OBJECT: Final[Schema] = {"type": "object"}
EMPTY: Final[Schema] = {"type": "array", "maxItems": 0}
"""The word `empty`: a list without items."""
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}

MISSING_MARK = "x-missing"
"""Marks a property that may not be there, whatever `required` says: {"severity", "why"}, with a "code" and
a "hint" when it certainly is not."""

NAMED_MARK = "x-named"
"""Marks an object that may only be used through one of its names, written out."""

_OF_VALUE = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}
_DEEPEST = 12
MOST_ALTERNATIVES = 24
"""A type of more alternatives than this is known by their kinds only."""
MOST_COMPARED = 500
_CORE = frozenset(
    {"type", "format", "enum", "const", "items", "properties", "additionalProperties", "required", "$defs", "$ref"}
)


def list_of(items: Schema) -> Schema:
    """A list of items of this type."""
    return {"type": "array", "items": items} if items else LIST


def constant(value: Any) -> Schema:
    """The type of exactly this value."""
    return {"type": _OF_VALUE.get(type(value), "object"), "const": value}


def constants(schema: Schema) -> tuple[Any, ...] | None:
    """The only values that a type of one kind has, or None when there are many."""
    if "const" in schema:
        return (schema["const"],)
    enum = schema.get("enum")
    return tuple(enum) if isinstance(enum, list) else None


def alternatives(schema: Schema, depth: int = 0) -> tuple[Schema, ...]:
    """The schema as types of one kind each; (ANY,) when it can be anything."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return (schema,)
    if depth > _DEEPEST:
        return (ANY,)
    if isinstance(kind, list):
        return tuple({**schema, "type": each} for each in kind if isinstance(each, str)) or (ANY,)
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, (list, tuple)) and options:
        definitions = schema.get("$defs")
        found: list[Schema] = []
        for option in options:
            if not isinstance(option, Mapping):
                return (ANY,)
            found.extend(alternatives({**option, "$defs": definitions} if definitions else option, depth + 1))
        return (ANY,) if ANY in found else tuple(found)
    values = constants(schema)
    if values is not None:
        kinds = dict.fromkeys(_OF_VALUE.get(type(value), "object") for value in values)
        return tuple({**schema, "type": each} for each in kinds) or (ANY,)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        definitions = schema.get("$defs") or {}
        target = definitions.get(reference.rsplit("/", 1)[-1])
        return alternatives({**target, "$defs": definitions}, depth + 1) if isinstance(target, Mapping) else (ANY,)
    if "properties" in schema:
        return ({**schema, "type": "object"},)
    return (ANY,)


def kinds(schema: Schema) -> frozenset[str]:
    """The kinds of value a type has: string, integer, …; "any" when nothing is known."""
    kind = schema.get("type")
    return (
        frozenset((kind,))
        if isinstance(kind, str)
        else frozenset(part.get("type", "any") for part in alternatives(schema))
    )


def without_null(schema: Schema) -> Schema:
    """The type when it is not null; NULL when it is nothing else."""
    parts = alternatives(schema)
    kept = [part for part in parts if part.get("type") != "null"]
    return schema if len(kept) == len(parts) else union(kept) if kept else NULL


def may_be_null(schema: Schema) -> bool:
    """Whether null is among the values that are known of."""
    return any(part.get("type") == "null" for part in alternatives(schema))


def union(parts: Iterable[Schema]) -> Schema:
    """The type that is one of these."""
    flat: list[Schema] = []
    for part in parts:
        for each in alternatives(part):
            core = {name: value for name, value in each.items() if name in _CORE}
            if not core:
                return ANY
            if not any(_equal(core, known) for known in flat):
                flat.append(core)
    if len(flat) > MOST_ALTERNATIVES:
        flat = [{"type": kind} for kind in dict.fromkeys(each.get("type", "object") for each in flat)]
    plain = {each["type"] for each in flat if len(each) == 1}
    flat = [
        each for each in flat if len(each) == 1 or each.get("type") not in plain or each["type"] in ("object", "array")
    ]
    if "number" in plain and "integer" in plain:
        flat = [each for each in flat if each != WHOLE]
    if not flat:
        return ANY
    if all(len(each) == 1 for each in flat) and len(flat) > 1:
        return {"type": [each["type"] for each in flat]}
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _equal(one: Any, other: Any) -> bool:
    """Whether two types are the same, without recursion: types of data that hold data that hold data … are deep and shared.
    False for what is too large to be compared; that only leaves an alternative standing twice."""
    waiting, seen = [(one, other)], set[tuple[int, int]]()
    while waiting:
        left, right = waiting.pop()
        if left is right or (id(left), id(right)) in seen:
            continue
        seen.add((id(left), id(right)))
        if len(seen) > MOST_COMPARED or type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(part, right[name]) for name, part in left.items()]
        elif isinstance(left, (list, tuple)):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


def unmarked(schema: Schema) -> Schema:
    """The type without the mark that it may be missing: it is there now."""
    return {name: part for name, part in schema.items() if name != MISSING_MARK} if MISSING_MARK in schema else schema


def items_of(schema: Schema) -> Schema:
    """The type of the items of a list; ANY when it is not known."""
    found = [part.get("items", ANY) for part in alternatives(schema) if part.get("type") == "array"]
    return union(each if isinstance(each, Mapping) else ANY for each in found) if found else ANY


@dataclass(frozen=True)
class Hop:
    """One step into a value. `schema` is None when there is certainly nothing; `sure` when there is certainly something;
    `why` says what may be missing, in words; `severity` how bad it is to rely on it."""

    schema: Schema | None
    sure: bool = True
    why: str = ""
    severity: str = "warning"
    names: tuple[str, ...] = ()
    """What there is instead."""
    is_open: bool = False
    """Whether names that nobody declared may be there all the same."""
    never: str = ""
    """A problem code when it is certainly not there although it is declared; `hint` says what to do."""
    hint: str = ""


def hop(schema: Schema, segment: str | int | None) -> Hop:
    """What one name, position, `first`, `last` or `size` leads to; None as the segment: one that only a run knows."""
    if isinstance(schema.get("type"), str):
        only = _hop(schema, segment)
        if only.schema is not None:
            return only
    found = [_hop(part, segment) for part in alternatives(schema)]
    there = [each for each in found if each.schema is not None]
    names = tuple(dict.fromkeys(name for each in found for name in each.names))
    if not there:
        return Hop(
            None,
            False,
            next((each.why for each in found if each.why), ""),
            "error",
            names,
            any(each.is_open for each in found),
        )
    sure = all(each.schema is not None and each.sure for each in found)
    worst = next(
        (each for each in found if each.severity == "error" and each.schema is not None and not each.sure), None
    )
    blame = worst or next((each for each in found if not each.sure), found[0])
    result = there[0].schema if len(there) == 1 else union(each.schema for each in there if each.schema is not None)
    why = blame.why or "it is not there in every case"
    severity = blame.severity if blame.schema is not None else "warning"
    return Hop(result, sure, "" if sure else why, severity, names, never=blame.never, hint=blame.hint)


def _hop(part: Schema, segment: str | int | None) -> Hop:
    kind = part.get("type")
    if kind is None:
        return Hop(ANY, False, "nothing is known about what it holds")
    if kind == "null":
        return Hop(None, False, "it may be empty")
    if segment is None:
        return _computed(part, kind)
    if kind == "object" and isinstance(segment, str):
        return _property(part, segment)
    if kind == "array":
        items = part.get("items", ANY)
        if isinstance(segment, int) or segment in ("first", "last"):
            return Hop(
                _with_definitions(items, part),
                False,
                "the list may be " + ("shorter" if segment not in (0, "first", "last") else "empty"),
            )
        if segment == "size":
            return Hop(WHOLE)
        return Hop(None, False, names=("first", "last", "size"))
    if kind == "string" and segment == "size":
        return Hop(WHOLE)
    return Hop(None, False, "it has no parts")


def _computed(part: Schema, kind: str) -> Hop:
    if kind == "array":
        return Hop(_with_definitions(part.get("items", ANY), part), False, "the list may be shorter")
    if kind == "object":
        extra = part.get("additionalProperties", ANY)
        every = [*part.get("properties", {}).values(), *([extra] if isinstance(extra, Mapping) else [])]
        return Hop(union(every) if every else ANY, False, "the name may not be there")
    return Hop(None, False, "it has no parts")


def _property(part: Schema, name: str) -> Hop:
    properties: Mapping[str, Schema] = part.get("properties", {})
    found = properties.get(name)
    if found is not None:
        mark = found.get(MISSING_MARK)
        if mark:
            return Hop(
                found, False, mark["why"], mark["severity"], never=mark.get("code", ""), hint=mark.get("hint", "")
            )
        if name in part.get("required", ()) or "default" in found:
            return Hop(_with_definitions(found, part))
        return Hop(_with_definitions(found, part), False, "it is not always there")
    if name == "size":
        return Hop(WHOLE)
    extra = part.get("additionalProperties", True)
    if isinstance(extra, Mapping) and extra:
        return Hop(_with_definitions(extra, part), False, "it is not always there")
    if extra is False or properties:
        return Hop(None, False, names=tuple(properties), is_open=extra is not False)
    return Hop(ANY, False, "nothing is known about what it holds", is_open=True)


def _with_definitions(found: Schema, around: Schema) -> Schema:
    return {**found, "$defs": around["$defs"]} if "$defs" in around and "$defs" not in found else found
