"""Whether two types can be compared by an operator, and whether the answer can ever be other than no. Pure."""

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from helix.expressions.types import ANY, Schema, alternatives, constants, items_of
from helix.expressions.words import type_words, with_article
from helix.flows.conditions import ORDERED, UNARY, moment
from helix.flows.problems import Severity


@dataclass(frozen=True)
class Clash:
    """What is wrong with a comparison; `side` is where: "left", "right" or "" for the whole. `right`: a better right value."""

    code: str
    message: str
    hint: str
    side: Literal["", "left", "right"] = "right"
    severity: Severity = "error"
    right: JsonValue = None


_KINDS = {
    "integer": "number",
    "number": "number",
    "string": "text",
    "boolean": "yes",
    "array": "list",
    "object": "object",
    "null": "null",
}


def _kinds(schema: Schema) -> frozenset[str]:
    """The kinds as comparisons tell them apart; empty when nothing is known. Null compares with everything."""
    found = frozenset(_KINDS.get(part.get("type", ""), "any") for part in alternatives(schema))
    return frozenset() if "any" in found else found - {"null"}


def clash(op: str, left: Schema, right: Schema) -> Clash | None:
    """Why this comparison is an error at run time, or can never hold; None when it makes sense for all that is known.
    A warning when it fails for some of the kinds of value that a side may have."""
    found = _clash(op, left, right)
    if found is not None or op in UNARY:
        return found
    for one in _single(left):
        for other in _single(right):
            part = _clash(op, one, other)
            if part is not None and part.code == "incomparable" and part.severity == "error":
                words = f"may compare {_words(one)} with {_words(other)}, which fails."
                return Clash("incomparable", words, part.hint, part.side, "warning")
    return None


def _single(schema: Schema) -> list[Schema]:
    """The kinds of value of a type, each by itself. What is unknown gets the benefit of the doubt; null compares with all."""
    return [part for part in alternatives(schema) if part.get("type", "null") != "null"][:8]


def _clash(op: str, left: Schema, right: Schema) -> Clash | None:
    if op in ("exists", "not_exists"):
        return None
    if op in ("is_empty", "is_not_empty"):
        return _emptiness(left)
    if op in ORDERED:
        return _order(left, right)
    if op in ("eq", "ne"):
        return _equal(left, right)
    if op in ("contains", "not_contains"):
        return _contains(left, right)
    if op == "in":
        return _one_of(left, right)
    return _texts(op, left, right)


def _words(schema: Schema) -> str:
    return with_article(type_words(schema))


def _emptiness(left: Schema) -> Clash | None:
    if _kinds(left) and _kinds(left) <= {"number", "yes"}:
        words = f"asks whether {_words(left)} is empty, which it never is."
        return Clash("never_holds", words, "Take “has a value”, or compare it with a number.", "", "warning")
    return None


def _order(left: Schema, right: Schema) -> Clash | None:
    for side, schema in (("left", left), ("right", right)):
        found = _kinds(schema)
        if found and not found & {"number", "text"}:
            words = f"puts {_words(schema)} into an order, which it does not have."
            return Clash(
                "incomparable", words, "Compare numbers, dates or texts.", "left" if side == "left" else "right"
            )
    one, other = _kinds(left), _kinds(right)
    if one and other and not one & other:
        return _different(left, right, "compares")
    if (
        "text" in one
        and "text" in other
        and _is_date(left) != _is_date(right)
        and _known_text(left)
        and _known_text(right)
    ):
        return Clash(
            "incomparable",
            f"compares {_words(left)} with {_words(right)}.",
            "Compare two dates, written like 2026-01-31.",
        )
    return None


def _is_date(schema: Schema) -> bool:
    values = constants(schema)
    if values is not None:
        return all(isinstance(value, str) and moment(value) is not None for value in values)
    return schema.get("format") in ("date", "date-time")


def _known_text(schema: Schema) -> bool:
    return constants(schema) is not None or schema.get("format") in ("date", "date-time")


def _different(left: Schema, right: Schema, verb: str) -> Clash:
    hint = "Compare two values of one kind."
    better: JsonValue = None
    values = constants(right)
    if values and len(values) == 1:
        better = _as(_kinds(left), values[0])
        if better is not None:
            hint = f"Write {better if not isinstance(better, str) else f'the text “{better}”'}."
    elif _kinds(right) == {"number"} and _kinds(left) == {"text"}:
        hint = "Make a number of the text: {{ … | plus: 0 }}."
    return Clash("incomparable", f"{verb} {_words(left)} with {_words(right)}.", hint, "right", "error", better)


def _as(kinds: frozenset[str], value: JsonValue) -> JsonValue:
    """A constant as another kind, where nothing is lost."""
    if kinds == {"number"} and isinstance(value, str):
        text = value.strip()
        return int(text) if text.lstrip("-").isdigit() and text.isascii() and 0 < len(text) < 19 else None
    if kinds == {"text"} and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if kinds == {"yes"} and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return None


def _equal(left: Schema, right: Schema) -> Clash | None:
    one, other = _kinds(left), _kinds(right)
    if one and other and not one & other:
        return _different(left, right, "compares")
    offered, values = constants(left), constants(right)
    if (
        offered
        and values
        and all(isinstance(each, str) for each in (*offered, *values))
        and not set(offered) & set(values)
    ):
        shown = ", ".join(f"“{each}”" for each in offered[:8])
        return Clash("choice", f"is “{values[0]}”, which this value never is.", f"It is one of: {shown}.")
    return None


def _contains(left: Schema, right: Schema) -> Clash | None:
    found = _kinds(left)
    if found and not found & {"text", "list", "object"}:
        return Clash(
            "incomparable",
            f"asks whether {_words(left)} contains something.",
            "“contains” is for texts and lists.",
            "left",
        )
    if found == {"list"}:
        return _against_items(left, right, "asks whether a list of these contains")
    if found == {"text"} and _kinds(right) and not _kinds(right) & {"text", "number"}:
        return Clash("incomparable", f"asks whether a text contains {_words(right)}.", "Give a text.")
    return None


def _against_items(of: Schema, value: Schema, verb: str) -> Clash | None:
    items = items_of(of)
    one, other = _kinds(items), _kinds(value)
    if items != ANY and one and other and not one & other:
        return _different(items, value, verb)
    return None


def _one_of(left: Schema, right: Schema) -> Clash | None:
    if _kinds(right) and "list" not in _kinds(right):
        values = constants(right)
        better: JsonValue = [values[0]] if values else None
        return Clash(
            "incomparable",
            f"needs a list to choose from, but is {_words(right)}.",
            "Give a list of values.",
            "right",
            "error",
            better,
        )
    items = items_of(right)
    one, other = _kinds(left), _kinds(items)
    if items != ANY and one and other and not one & other:
        return Clash("incomparable", f"looks for {_words(left)} in {_words(right)}.", "Give values of the same kind.")
    return None


def _texts(op: str, left: Schema, right: Schema) -> Clash | None:
    for side, schema in (("left", left), ("right", right)):
        found = _kinds(schema)
        if found and "text" not in found:
            words = f"compares the beginning or form of texts, but {'one side' if side == 'right' else 'it'} is {_words(schema)}."
            hint = "Make text of it: {{ … | append: '' }}, or take another comparison."
            return Clash("incomparable", words, hint, "left" if side == "left" else "right")
    values = constants(right)
    if op == "matches" and values and isinstance(values[0], str) and set(values[0]) & set("^$\\|(+"):
        words = f"has the pattern “{values[0][:40]}”, which looks like a regular expression."
        return Clash(
            "pattern_language",
            words,
            "In a pattern * is any text and ? any one character: *@*.* is like an email address.",
            "right",
            "warning",
        )
    return None
