"""The operators of a condition in words, and which of them make sense for a value of a type."""

from dataclasses import dataclass

from helix.editor.fields import Option, Schema
from helix.expressions.types import alternatives, kinds

NO_RIGHT = frozenset({"is_empty", "is_not_empty", "exists", "not_exists"})
"""Operators that look at the left value only."""
LIST_RIGHT = frozenset({"in"})
"""Operators whose right value is a list."""


@dataclass(frozen=True)
class Operator:
    """One comparison: the words for it, and the types of the left value that it is offered for."""

    key: str
    words: str
    types: frozenset[str]
    date_words: str = ""


_TEXT, _NUMBER, _YES, _LIST, _OBJECT, _DATE = "text", "number", "boolean", "list", "object", "date"
_ALL = frozenset({_TEXT, _NUMBER, _YES, _LIST, _OBJECT, _DATE})
_NAMES = {"integer": _NUMBER, "number": _NUMBER, "boolean": _YES, "array": _LIST, "object": _OBJECT}
_ORDERED = frozenset({_NUMBER, _DATE})

OPERATORS = (
    Operator("eq", "is", _ALL - {_OBJECT, _LIST}),
    Operator("ne", "is not", _ALL - {_OBJECT, _LIST}),
    Operator("gt", "is more than", _ORDERED, "is after"),
    Operator("gte", "is at least", _ORDERED, "is at or after"),
    Operator("lt", "is less than", _ORDERED, "is before"),
    Operator("lte", "is at most", _ORDERED, "is at or before"),
    Operator("contains", "contains", frozenset({_TEXT, _LIST})),
    Operator("not_contains", "does not contain", frozenset({_TEXT, _LIST})),
    Operator("starts_with", "starts with", frozenset({_TEXT})),
    Operator("ends_with", "ends with", frozenset({_TEXT})),
    Operator("in", "is one of", frozenset({_TEXT, _NUMBER})),
    Operator("matches", "matches the pattern", frozenset({_TEXT})),
    Operator("is_empty", "is empty", frozenset({_TEXT, _LIST, _OBJECT})),
    Operator("is_not_empty", "is not empty", frozenset({_TEXT, _LIST, _OBJECT})),
    Operator("exists", "has a value", _ALL),
    Operator("not_exists", "has no value", _ALL),
)


def left_type(schema: Schema) -> str:
    """The type of a left value for the choice of operators; "" when it is not known."""
    found = kinds(schema) - {"null"}
    if found == {"string"}:
        dated = all(
            each.get("format") in ("date-time", "date") for each in alternatives(schema) if each.get("type") == "string"
        )
        return _DATE if dated else _TEXT
    names = {_NAMES.get(kind, "") for kind in found}
    return names.pop() if len(names) == 1 else ""


def offered(kind: str, now: str) -> tuple[Option, ...]:
    """The operators for a left value of this type, all of them when it is unknown; the present one is never missing."""
    fit = [each for each in OPERATORS if not kind or kind in each.types or each.key == now]
    options = [
        Option(each.key, each.date_words if kind == _DATE and each.date_words else each.words, chosen=each.key == now)
        for each in fit
    ]
    if now and all(option.value != now for option in options):
        options.append(Option(now, f"{now} (unknown)", chosen=True))
    return tuple(options)
