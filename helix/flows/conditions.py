"""Conditions: whether they hold, and why in words. Values are compared as what they are, never as text by accident.

A condition is {"all": […]}, {"any": […]} (nested as one likes), or a leaf {left, op, right}. Parts are looked at from left
to right and only as far as needed, so “x exists” protects what stands after it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from helix.expressions.errors import ExpressionError
from helix.expressions.evaluate import value_or_nothing
from helix.expressions.parsing import MARK, is_expression
from helix.expressions.resolve import resolve

Scope = Mapping[str, JsonValue]
GROUPS = {"all": "and", "any": "or"}
UNARY = frozenset({"is_empty", "is_not_empty", "exists", "not_exists"})
"""Operators that look at the left value only, and bear its absence."""
ORDERED = frozenset({"gt", "gte", "lt", "lte"})
WORDS = {
    "eq": "is", "ne": "is not", "gt": "is more than", "gte": "is at least", "lt": "is less than", "lte": "is at most",
    "contains": "contains", "not_contains": "does not contain", "starts_with": "starts with", "ends_with": "ends with",
    "in": "is one of", "matches": "matches", "is_empty": "is empty", "is_not_empty": "is not empty", "exists": "has a value",
    "not_exists": "has no value",
}  # fmt: skip
OPERATORS = frozenset(WORDS)
MOST_DEPTH = 10


@dataclass(frozen=True)
class _Told:
    holds: bool
    words: str


def holds(when: JsonValue, scope: Scope) -> bool:
    """Whether the condition holds for these data. ExpressionError, with the place of the part, when a part asks for data
    that is missing or compares what cannot be compared."""
    return _tell(when, scope, "").holds


def explain(when: JsonValue, scope: Scope) -> str:
    """Why it holds or not, such as “3 is more than 0: Yes”. Raises as `holds` does."""
    told = _tell(when, scope, "")
    return f"{told.words}: {'Yes' if told.holds else 'No'}"


def _tell(when: JsonValue, scope: Scope, place: str, depth: int = 0) -> _Told:
    if not isinstance(when, dict) or depth > MOST_DEPTH:
        raise ExpressionError(
            place, "This is no condition.", "Choose a value, a comparison and what to compare it with."
        )
    for name, word in GROUPS.items():
        parts = when.get(name)
        if isinstance(parts, list):
            return _tell_group(parts, name == "all", word, scope, f"{place}/{name}", depth)
    return _tell_leaf(when, scope, place)


def _tell_group(parts: list[JsonValue], is_all: bool, word: str, scope: Scope, place: str, depth: int) -> _Told:
    told = []
    for index, part in enumerate(parts):
        found = _tell(part, scope, f"{place}/{index}", depth + 1)
        told.append(
            f"({found.words})"
            if isinstance(part, dict) and GROUPS.keys() & part.keys() and len(parts) > 1
            else found.words
        )
        if found.holds != is_all:
            left = len(parts) - index - 1
            rest = f" ({left} more not looked at)" if left else ""
            return _Told(found.holds, f" {word} ".join(told) + rest)
    return _Told(is_all, f" {word} ".join(told) or "nothing is asked")


def _tell_leaf(leaf: Mapping[str, JsonValue], scope: Scope, place: str) -> _Told:
    op = leaf.get("op")
    if not isinstance(op, str) or op not in OPERATORS:
        raise ExpressionError(f"{place}/op", f"There is no comparison “{str(op)[:40]}”.", "Choose one from the list.")
    left = leaf.get("left")
    if op in UNARY:
        there, value = (
            value_or_nothing(str(left[MARK]), scope)
            if is_expression(left) and isinstance(left, dict)
            else (True, resolve(left, scope))
        )
        found = _empty(value) if "empty" in op else value is None
        return _Told(found != (op in ("is_not_empty", "exists")), f"{shown(value) if there else 'nothing'} {WORDS[op]}")
    one, other = resolve(left, scope, f"{place}/left"), resolve(leaf.get("right"), scope, f"{place}/right")
    try:
        answer = compare(one, op, other)
    except Incomparable as error:
        raise ExpressionError(place, str(error), error.hint) from None
    return _Told(answer, f"{shown(one)} {WORDS[op]} {shown(other)}")


class Incomparable(Exception):
    """Two values that this operator cannot compare, as a sentence."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def compare(one: JsonValue, op: str, other: JsonValue) -> bool:
    """Whether the comparison holds for two values. Incomparable when it makes no sense for them."""
    return _COMPARE[op](one, other)


def _empty(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equal as values: 1 is 1.0, true is not 1, “1” is not 1; two times are equal when they are the same moment."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _both(one, other, lambda a, b: a == b)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(part, other[name]) for name, part in one.items())
    return one is None and other is None


def _both(one: str, other: str, ask: Callable[[datetime, datetime], bool]) -> bool:
    first, second = moment(one), moment(other)
    return first is not None and second is not None and ask(first, second)


def moment(text: str) -> datetime | None:
    """The moment of an ISO date with time, or a day; None for any other text. Without a zone it is UTC."""
    if not 10 <= len(text) <= 35 or text[4:5] != "-" or not text[:4].isdigit():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _ordered(ask: Callable[[object, object], bool]) -> Callable[[JsonValue, JsonValue], bool]:
    def answer(one: JsonValue, other: JsonValue) -> bool:
        if one is None or other is None:
            return False
        if _is_number(one) and _is_number(other):
            return ask(one, other)
        if isinstance(one, str) and isinstance(other, str):
            first, second = moment(one), moment(other)
            if (first is None) != (second is None):
                raise Incomparable(
                    f"{shown(one)} and {shown(other)} cannot be compared: one is a date, one is not.",
                    "Compare two dates.",
                )
            return ask(first, second) if first and second else ask(one, other)
        hint = "Compare two numbers, two dates or two texts; “| plus: 0” makes a number of a text."
        raise Incomparable(f"{shown(one)} ({_kind(one)}) and {shown(other)} ({_kind(other)}) cannot be compared.", hint)

    return answer


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _contains(one: JsonValue, other: JsonValue) -> bool:
    if one is None or (other is None and not isinstance(one, list)):
        return False
    if isinstance(one, list):
        return any(same(item, other) for item in one)
    if isinstance(one, dict):
        return isinstance(other, str) and other in one
    if isinstance(one, str) and isinstance(other, (str, int, float)) and not isinstance(other, bool):
        return str(other) in one
    raise Incomparable(
        f"{shown(one)} cannot contain {shown(other)}.",
        "“contains” asks a text for a part of it, or a list for an item.",
    )


def _text(one: JsonValue, other: JsonValue, what: str) -> tuple[str, str]:
    if isinstance(one, str) and isinstance(other, str):
        return one, other
    raise Incomparable(
        f"“{what}” compares two texts; {shown(one)} and {shown(other)} are not.",
        "Take another comparison, or “| append: ''” to make text.",
    )


def _one_of(one: JsonValue, other: JsonValue) -> bool:
    if other is None:
        return False
    if not isinstance(other, list):
        raise Incomparable(
            f"“is one of” needs a list, but got {shown(other)}.",
            "Give a list of values, or take “contains” the other way round.",
        )
    return any(same(one, item) for item in other)


def _texts(what: str, ask: Callable[[str, str], bool]) -> Callable[[JsonValue, JsonValue], bool]:
    """A question about two texts; nothing on either side answers no."""

    def answer(one: JsonValue, other: JsonValue) -> bool:
        return one is not None and other is not None and ask(*_text(one, other, what))

    return answer


def wildcard(text: str, pattern: str) -> bool:
    """Whether a text is like a pattern in which * is any text and ? any one character. Time at most len(text) * len(pattern)."""
    at = in_pattern = 0
    star, resume = -1, 0
    while at < len(text):
        if in_pattern < len(pattern) and pattern[in_pattern] == "*":
            star, resume = in_pattern, at
            in_pattern += 1
        elif in_pattern < len(pattern) and pattern[in_pattern] in ("?", text[at]):
            at, in_pattern = at + 1, in_pattern + 1
        elif star >= 0:
            resume += 1
            at, in_pattern = resume, star + 1
        else:
            return False
    return not pattern[in_pattern:].strip("*")


_COMPARE: dict[str, Callable[[JsonValue, JsonValue], bool]] = {
    "eq": same,
    "ne": lambda one, other: not same(one, other),
    "gt": _ordered(lambda one, other: one > other),  # type: ignore[operator]
    "gte": _ordered(lambda one, other: one >= other),  # type: ignore[operator]
    "lt": _ordered(lambda one, other: one < other),  # type: ignore[operator]
    "lte": _ordered(lambda one, other: one <= other),  # type: ignore[operator]
    "contains": _contains,
    "not_contains": lambda one, other: not _contains(one, other),
    "starts_with": _texts("starts with", str.startswith),
    "ends_with": _texts("ends with", str.endswith),
    "in": _one_of,
    "matches": _texts("matches", wildcard),
}


def _kind(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {
        str: "text",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
        type(None): "nothing",
    }
    return names[type(value)]


def shown(value: JsonValue) -> str:
    """A value in a sentence, short."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"“{value[:60]}{'…' if len(value) > 60 else ''}”"
    if isinstance(value, list) and (len(value) > 5 or any(isinstance(each, (dict, list)) for each in value)):
        return f"a list of {len(value)}"
    if isinstance(value, list):
        return f"[{', '.join(shown(each) for each in value)}]"
    return "an object" if isinstance(value, dict) else json.dumps(value)
