"""What is wrong with a step's settings, in words for a person. Knows Pydantic's error types so that nobody else must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue
from pydantic_core import ErrorDetails

Unknown = Callable[[JsonValue], bool]
"""Says whether a value is not known yet (an expression that only a run can work out)."""


def never(value: JsonValue) -> bool:
    """The `Unknown` of a run: everything is known."""
    return False


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the settings. `pointer` is a JSON pointer into them ("" is the whole)."""

    pointer: str
    code: str
    message: str
    hint: str
    severity: Literal["error", "warning"] = "error"

    def as_json(self) -> dict[str, JsonValue]:
        """The fault as JSON, under the names of its fields."""
        return {
            "pointer": self.pointer,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "severity": self.severity,
        }


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) to these keys and positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def shown(value: object) -> str:
    """A value as a person may see it in a sentence: short, and never a whole document."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "empty (null)"
    if isinstance(value, str):
        return "empty text" if not value else f"the text “{value[:60]}{'…' if len(value) > 60 else ''}”"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, list):
        return "an empty list" if not value else f"a list of {len(value)}"
    return "an empty object" if not value else "an object"


def explain(error: ErrorDetails, titles: Mapping[str, str]) -> Fault:
    """Turn one Pydantic error into a fault with a sentence and a remedy."""
    path = [part for part in error["loc"] if not (isinstance(part, str) and part.startswith("<"))]
    context: Mapping[str, Any] = error.get("ctx") or {}
    kind, value = error["type"], error.get("input")
    place = where(path, titles)
    if "hint" in context:  # raised by one of our own validators: the words are ready
        return Fault(pointer(*path), kind, error["msg"].replace("⟨field⟩", place), str(context["hint"]))
    for kinds, words in _WORDS.items():
        if kind in kinds:
            code, message, hint = words(place, value, context)
            return Fault(pointer(*path), code, message, hint)
    return Fault(pointer(*path), kind, f"{place}: {error['msg']}.", "Change this value.")


def where(path: list[str | int], titles: Mapping[str, str]) -> str:
    """The words a person knows a place by: the title of the field, and the position in a list."""
    if not path:
        return "These settings"
    words = f"“{titles.get(str(path[0]), path[0])}”"
    for part in path[1:]:
        words += f" item {part + 1}" if isinstance(part, int) else f" → {part}"
    return words


_Words = Callable[[str, Any, Mapping[str, Any]], tuple[str, str, str]]
_FROM_STEP = "Type a value, or take one from an earlier step."


def _wanted(kind: str) -> _Words:
    def words(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
        if value is None:
            hint = "Give a value for that case, {{ … | default: … }}, or clear the field."
            return "null", f"{place} needs {kind}, but it is empty (null).", hint
        return "type", f"{place} needs {kind}, but it is {shown(value)}.", _FROM_STEP

    return words


def _range(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
    bound, limit = next(iter(context.items()))
    word = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}.get(bound, "within")
    return "range", f"{place} must be {word} {limit}, but it is {value}.", f"Choose a number of {word} {limit}."


def _few(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
    hint = "If nobody was found, end the flow before this step with a filter or a branch."
    return "too_few", f"{place} is {shown(value)}; at least {context.get('min_length', 1)} is needed.", hint


def _many(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
    most = context.get("max_length")
    count = len(value) if hasattr(value, "__len__") else "more"
    return (
        "too_many",
        f"{place} may hold {most}, but it holds {count}.",
        f"Split it into parts of {most} and send each.",
    )


def _blank(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
    found = (
        shown(value) if not (isinstance(value, str) and value.strip()) else f"{shown(value)}, which has another form"
    )
    return "blank" if not str(value or "").strip() else "pattern", f"{place} is {found}.", _FROM_STEP


def _choice(place: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:
    offered = str(context.get("expected") or context.get("expected_tags") or "one of the offered values")
    offered = offered.replace("'", "").replace(" or ", ", ")
    return "choice", f"{place} is {shown(value)}, which is not offered.", f"Choose one of: {offered}."


_WORDS: dict[tuple[str, ...], _Words] = {
    ("missing",): lambda place, value, context: ("required", f"{place} is missing.", _FROM_STEP),
    ("union_tag_not_found",): lambda place, value, context: ("required", f"{place} has no type.", "Choose its type."),
    ("extra_forbidden",): lambda place, value, context: (
        "unknown_field",
        f"{place} is not a setting of this step.",
        "Remove it, or check its spelling.",
    ),
    ("int_type", "int_parsing", "int_from_float"): _wanted("a whole number"),
    ("float_type", "float_parsing"): _wanted("a number"),
    ("string_type", "string_unicode", "string_sub_type"): _wanted("text"),
    ("bool_type", "bool_parsing"): _wanted("true or false"),
    ("dict_type", "model_type", "model_attributes_type", "mapping_type"): _wanted("an object (names and values)"),
    ("list_type",): _wanted("a list"),
    ("greater_than_equal", "less_than_equal", "greater_than", "less_than"): _range,
    ("too_short", "string_too_short"): _few,
    ("too_long", "string_too_long"): _many,
    ("string_pattern_mismatch",): _blank,
    ("literal_error", "enum", "union_tag_invalid"): _choice,
}


def surely(faults: Iterable[Fault], given: JsonValue, unknown: Unknown) -> Iterator[Fault]:
    """Keep the faults of single values that no value of the unknown parts could mend."""
    for fault in faults:
        values = list(_down(given, fault.pointer))
        certain = values[:-1] if fault.code == "unknown_field" else values
        if any(unknown(value) for value in certain) or (fault.code == "too_many_bytes" and _holds(values[-1], unknown)):
            continue
        yield fault


def _down(given: JsonValue, place: str) -> Iterator[JsonValue]:
    """Every value on the way to a place, the outermost first."""
    value = given
    yield value
    for part in [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]:
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
        yield value


def _holds(value: JsonValue, unknown: Unknown) -> bool:
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return unknown(value) or any(_holds(part, unknown) for part in parts)
