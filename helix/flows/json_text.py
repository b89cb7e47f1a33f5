"""Strict JSON: what a hostile or broken document may hold is refused here, with a sentence and the place. No I/O.

RFC 8259 leaves open what is to become of NaN, doubled names, lone surrogates, deep nesting and huge numbers, and Python
takes nearly all of it. What passes here can be stored in any database and sent to any service.
"""

import json
import math
from typing import Any, NoReturn

from pydantic import JsonValue

from helix.flows.problems import Problem, pointer

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_KEYS = 50_000
MAX_TEXT_BYTES = 256 * 1024
MAX_INTEGER = 2**63


class UnreadableGraph(ValueError):
    """The document is no graph; `problems` says why. It was not changed, stored or checked."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def unreadable(code: str, message: str, hint: str, place: str | None = None) -> UnreadableGraph:
    """The refusal with one problem; `place` is a JSON pointer into the document."""
    return UnreadableGraph([Problem("error", code, message, hint, field=place)])


def read_json(source: bytes | str) -> JsonValue:
    """The document's value. UnreadableGraph when it is no strict JSON, or larger than a graph may be (2 MB, depth 64,
    50,000 names)."""
    text = _text(source)
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_integer, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        words = f"This is no JSON: {error.msg[:1].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}."
        raise unreadable("not_json", words, "Correct the text at that place, or export the flow again.") from None
    except RecursionError:
        raise _too_deep() from None
    look_through(value)
    return value  # type: ignore[no-any-return]


def look_through(value: object) -> None:
    """UnreadableGraph when a value holds what JSON has no place for, or is deeper or larger than a graph may be."""
    names = texts = 0
    waiting: list[tuple[object, tuple[str | int, ...]]] = [(value, ())]
    while waiting:
        found, path = waiting.pop()
        if isinstance(found, str):
            _sound(found, path)
            texts += len(found)
        elif isinstance(found, dict):
            names += len(found)
            for name in found:
                if not isinstance(name, str):
                    raise unreadable("not_json", "A name is not text.", "Names in JSON are text.", pointer(*path))
                _sound(name, path)
            waiting.extend((part, (*path, name)) for name, part in found.items())
        elif isinstance(found, list):
            names += len(found)
            waiting.extend((part, (*path, index)) for index, part in enumerate(found))
        else:
            _plain(found, path)
        if len(path) > MAX_DEPTH:
            raise _too_deep()
        if names > MAX_KEYS:
            words = f"This graph holds more than {MAX_KEYS:,} names and list items."
            hint = "Split the flow, or fetch the data in a step instead of writing it into the flow."
            raise unreadable("too_large", words, hint)
        if texts > MAX_BYTES:
            raise _too_large()


def _plain(value: object, path: tuple[str | int, ...]) -> None:
    """Neither text, list nor object."""
    if isinstance(value, float):
        if not math.isfinite(value):
            _no_constant(str(value))
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise _too_long_a_number()
    elif value is not None:
        words = f"A value is of a kind that JSON does not have ({type(value).__name__})."
        raise unreadable("not_json", words, "Use text, numbers, true, false, null, lists and objects.", pointer(*path))


def _text(source: bytes | str) -> str:
    if isinstance(source, str):
        if len(source) > MAX_BYTES:
            raise _too_large()
        return source
    if len(source) > MAX_BYTES:
        raise _too_large()
    try:
        return bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"The text is not UTF-8 (byte {error.start + 1})."
        raise unreadable("not_json", words, "Save the file as UTF-8 and try again.") from None


def _sound(text: str, path: tuple[str | int, ...]) -> None:
    if len(text) > MAX_TEXT_BYTES:
        words = f"A text is longer than {MAX_TEXT_BYTES // 1024} KB."
        raise unreadable("too_large", words, "Shorten it, or fetch it in a step.", pointer(*path))
    if "\x00" in text:
        words = "A text holds the character NUL, which no database and no service takes."
        raise unreadable("bad_text", words, "Delete it.", pointer(*path))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            words = "A text holds half of a character (a lone surrogate)."
            raise unreadable("bad_text", words, "Delete it, or write the whole character.", pointer(*path)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        double = next(name for index, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:index]))
        words = f"The name “{double[:60]}” stands twice in one object."
        raise unreadable("duplicate_name", words, "Keep one of the two: programs disagree about which one counts.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise unreadable("not_json", f"{name} is no number in JSON.", "Write a number, or null.")


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(value := int(digits)) > MAX_INTEGER:
        raise _too_long_a_number()
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _too_long_a_number()
    return value


def _too_long_a_number() -> UnreadableGraph:
    return unreadable("number_too_large", "A number is too large to be kept exactly.", "Write it as text, in quotes.")


def _too_deep() -> UnreadableGraph:
    return unreadable("too_deep", f"The graph is nested deeper than {MAX_DEPTH} levels.", "Flatten the deepest values.")


def _too_large() -> UnreadableGraph:
    words = f"The graph is larger than {MAX_BYTES // 1024 // 1024} MB."
    return unreadable(
        "too_large", words, "Split the flow, or fetch the data in a step instead of writing it into the flow."
    )
