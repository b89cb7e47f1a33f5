"""Types and paths in plain words."""

import re
from collections.abc import Iterable

from helix.expressions.types import Schema, alternatives, constants

_KINDS = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "array": "list", "object": "object",
    "null": "nothing", "any": "anything",
}  # fmt: skip
_FORMATS = {"date-time": "date and time", "date": "date", "email": "email address", "uri": "web address"}
_PLURALS = {
    "text": "text",
    "whole number": "whole numbers",
    "number": "numbers",
    "object": "objects",
    "list": "lists",
    "date": "dates",
}
RESERVED = frozenset(
    [
        "and",
        "as",
        "blank",
        "cols",
        "contains",
        "continue",
        "else",
        "empty",
        "false",
        "for",
        "if",
        "in",
        "limit",
        "nil",
        "not",
        "null",
        "offset",
        "or",
        "required",
        "reversed",
        "true",
        "with",
    ]
)
"""Words of Liquid itself: as a name after a dot they cannot be read, in brackets they can."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def type_words(schema: Schema) -> str:
    """A type in a few words: "list of text", "whole number", "one of “asc”, “desc”"."""
    words = list(dict.fromkeys(_words(part) for part in alternatives(schema)))
    if "nothing" in words and len(words) > 1:
        words = [*(word for word in words if word != "nothing"), "nothing"]
    return " or ".join(words)


def with_article(words: str) -> str:
    """“a list of text”, “text”, “an object”."""
    if words.startswith(("text", "true or false", "nothing", "anything", "one of", "“", "the ")):
        return words
    return ("an " if words[:1] in "aeiou" else "a ") + words


def path_words(path: Iterable[str | int | None]) -> str:
    """A path as it is written: `steps.find.data.items[0]`."""
    text = ""
    for segment in path:
        if isinstance(segment, str) and _NAME.fullmatch(segment) and segment not in RESERVED:
            text += f".{segment}" if text else segment
        else:
            text += f"[{'…' if segment is None else segment if isinstance(segment, int) else repr(segment)}]"
    return text


def _words(part: Schema) -> str:
    kind = part.get("type", "any")
    values = constants(part)
    if values is not None and kind == "string":
        shown = ", ".join(f"“{value}”" for value in values[:6]) + ("…" if len(values) > 6 else "")
        return f"one of {shown}" if len(values) > 1 else f"the text {shown}"
    if kind == "array":
        items = part.get("items")
        inner = type_words(items) if items else ""
        return f"list of {_PLURALS.get(inner, inner)}" if inner and inner != "anything" else "list"
    if kind == "string":
        return _FORMATS.get(part.get("format", ""), "text")
    return _KINDS.get(str(kind), str(kind))
