"""Whether a sample is what a step may give: its JSON against the type of the step's output, with one clear sentence. Pure."""

from typing import Any

from helix.expressions.types import Schema, alternatives, constants
from helix.expressions.words import type_words, with_article

DEEPEST = 12
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
WORDS = {dict: "an object", list: "a list", str: "a text", bool: "yes or no", int: "a number", float: "a number"}


def misplaced(sample: Any, schema: Schema, place: str = "", depth: int = 0) -> str:
    """What is wrong with the sample, as a sentence that names the place; "" when it may be what the step gives."""
    parts = alternatives(schema)
    if depth > DEEPEST or not parts or any(not _says(part) for part in parts):
        return ""
    told = [_against(sample, part, place, depth) for part in parts]
    if "" in told:
        return ""
    deeper = [words for part, words in zip(parts, told, strict=True) if _is(sample, part)]
    if deeper:
        return deeper[0]
    return f"{_named(place)} must be {with_article(type_words(schema))}, but here it is {shown(sample)}."


def _says(part: Schema) -> bool:
    return bool(part.keys() & {"type", "enum", "const", "properties"})


def _is(sample: Any, part: Schema) -> bool:
    kinds = part.get("type", "object" if "properties" in part else None)
    names = [kinds] if isinstance(kinds, str) else kinds or []
    if not names:
        return True
    if isinstance(sample, bool):
        return "boolean" in names
    whole = isinstance(sample, float) and sample.is_integer()
    return any(isinstance(sample, KINDS.get(name, (object,))) or (name == "integer" and whole) for name in names)


def _against(sample: Any, part: Schema, place: str, depth: int) -> str:
    if not _is(sample, part):
        return "no"
    allowed = constants(part) or ()
    if len(allowed) == 1:  # a value that is fixed in the settings: another one of its kind may be tried
        return "" if isinstance(sample, type(allowed[0])) or allowed[0] is None else "no"
    if allowed and sample not in allowed:
        return f"{_named(place)} must be one of {', '.join(shown(each) for each in allowed[:6])}, but here it is {shown(sample)}."
    if isinstance(sample, dict):
        return _object(sample, part, place, depth)
    if isinstance(sample, list) and isinstance(part.get("items"), dict):
        for number, each in enumerate(sample[:200]):
            if words := misplaced(each, part["items"], f"{place}[{number}]", depth + 1):
                return words
    return ""


def _object(sample: dict[str, Any], part: Schema, place: str, depth: int) -> str:
    known = part.get("properties") or {}
    for name in part.get("required") or ():
        if name not in sample and name in known:
            return f"{_named(place)} needs “{name}”, which is missing here."
    for name, value in sample.items():
        inner = known.get(name, part.get("additionalProperties"))
        if inner is False:
            return f"{_named(place)} has “{name}”, which this step never gives."
        if isinstance(inner, dict) and (
            words := misplaced(value, inner, f"{place}.{name}" if place else name, depth + 1)
        ):
            return words
    return ""


def _named(place: str) -> str:
    return f"“{place}”" if place else "The sample"


def shown(value: Any) -> str:
    """A value in a few words."""
    if value is None:
        return "empty (null)"
    if isinstance(value, str):
        return f"“{value[:40]}”"
    return WORDS[type(value)] if isinstance(value, (dict, list)) else str(value).lower()
