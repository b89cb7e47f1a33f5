"""Plain words for types, names, lengths of time and numbers."""

import re

from helix.editor.fields import Schema

_TYPES = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "object": "object", "null": "empty",
}  # fmt: skip
_FORMATS = {
    "date-time": "date and time",
    "date": "date",
    "email": "e-mail address",
    "uri": "web address",
    "unix-seconds": "Unix seconds",
}
_SMALL = {"id": "id", "ids": "ids", "url": "URL", "ip": "IP", "ts": "time"}


def humanize(name: str) -> str:
    """A field's name as a person would write it: `userId` and `user_id` become “User id”."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").split()
    lowered = [_SMALL.get(word.lower(), word.lower() if not word.isupper() else word) for word in words]
    text = " ".join(lowered)
    return text[:1].upper() + text[1:] if text else name


def type_words(schema: Schema) -> str:
    """What a schema takes, in a few words: "text", "list of whole numbers", "yes or no"."""
    if not isinstance(schema, dict):
        return "anything"
    if "enum" in schema or "const" in schema:
        return "choice"
    found = schema.get("type")
    if isinstance(found, list):
        return " or ".join(str(_TYPES.get(each, each)) for each in found if each != "null") or "anything"
    if found == "array":
        items = schema.get("items")
        return (
            f"list of {_plural(type_words(items))}"
            if isinstance(items, dict) and (items.get("type") or "oneOf" in items)
            else "list"
        )
    if found == "string":
        return _FORMATS.get(schema.get("format", ""), "text")
    if found is None:
        options = schema.get("oneOf") or schema.get("anyOf") or []
        return (
            "object"
            if "properties" in schema or any(isinstance(o, dict) and o.get("type") == "object" for o in options)
            else "anything"
        )
    return _TYPES.get(found, str(found))


def _plural(words: str) -> str:
    return (
        words + "s"
        if words in ("whole number", "number", "object", "list", "date")
        else "objects"
        if words == "anything"
        else words
    )


def seconds_words(seconds: float) -> str:
    """A length of time: "2 s", "90 s", "5 min", "1 h 30 min", "2 days"."""
    if seconds < 120:
        return f"{round(seconds, 1):g} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(minutes / 1440, 1):g} days"


def listed(words: list[str], last: str = "and") -> str:
    """ "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
