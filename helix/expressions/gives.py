"""What filters give, where it depends on what they get: from types to a type. Pure."""

from collections.abc import Sequence

from helix.expressions.types import (
    EMPTY,
    LIST,
    MOMENT,
    NULL,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    alternatives,
    constants,
    hop,
    items_of,
    kinds,
    list_of,
    union,
    without_null,
)

_MOMENTS = frozenset({"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S+00:00", "%FT%TZ"})
_DAYS = frozenset({"%Y-%m-%d", "%F"})


def default(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """What was given, unless it is empty."""
    other = arguments[0] if arguments else TEXT
    kept = without_null(given)
    if other == EMPTY and kinds(kept) == {"array"}:
        return kept
    return other if kept == NULL else union([kept, other])


def same(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """The list that was given, or a part of it; nothing counts as an empty list."""
    parts = [part for part in alternatives(given) if part.get("type") != "null"]
    return union(parts) if parts else LIST


def sliced(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """A part of a list is a list, a part of anything else is text."""
    parts = alternatives(without_null(given))
    return union([same(part, ()) if part.get("type") == "array" else TEXT if part else part for part in parts])


def texts(given: Schema, arguments: Sequence[Schema]) -> Schema:
    return list_of(TEXT)


def item(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """An item of the list; nothing when it is empty or none is found."""
    items = items_of(given)
    return union([items, NULL]) if items else items


def position(given: Schema, arguments: Sequence[Schema]) -> Schema:
    return {"type": ["integer", "null"]}


def mapped(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """A list of one field of the items; null where an item lacks it."""
    name = constants(arguments[0]) if arguments else None
    if not name or not isinstance(name[0], str):
        return list_of({})
    found = hop(items_of(given), name[0])
    if not found.schema:
        return list_of({})
    return list_of(found.schema if found.sure else union([found.schema, NULL]))


def compacted(given: Schema, arguments: Sequence[Schema]) -> Schema:
    items = items_of(given)
    return list_of(without_null(items) if items else items)


def joined(given: Schema, arguments: Sequence[Schema]) -> Schema:
    parts = [part for each in (given, *arguments[:1]) for part in alternatives(each)]
    lists = [part for part in parts if part.get("type") not in ("null", None) and part != EMPTY]
    if len(lists) < len([part for part in parts if part.get("type") != "null" and part != EMPTY]):
        return LIST  # one of them may be anything
    return list_of(union([items_of(part) for part in lists])) if lists else LIST


def _is_whole(schema: Schema) -> bool:
    return kinds(schema) <= {"integer", "null", "boolean"}


def number(given: Schema, arguments: Sequence[Schema]) -> Schema:
    return WHOLE if _is_whole(given) else NUMBER


def numbers(given: Schema, arguments: Sequence[Schema]) -> Schema:
    return WHOLE if _is_whole(given) and all(_is_whole(each) for each in arguments) else NUMBER


def rounded(given: Schema, arguments: Sequence[Schema]) -> Schema:
    return NUMBER if arguments else WHOLE


def summed(given: Schema, arguments: Sequence[Schema]) -> Schema:
    items = items_of(mapped(given, arguments)) if arguments else items_of(given)
    return WHOLE if items and _is_whole(items) else NUMBER


def date(given: Schema, arguments: Sequence[Schema]) -> Schema:
    """Text; a date or a moment when the pattern says so."""
    pattern = constants(arguments[0]) if arguments else None
    if pattern and pattern[0] in _MOMENTS:
        return MOMENT
    return {"type": "string", "format": "date"} if pattern and pattern[0] in _DAYS else TEXT
