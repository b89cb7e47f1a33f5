"""Values given by a person or a program, read against the fields of a form: each of its type, or a sentence why not. Pure."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from helix.flows.json_text import read_json


class BadInput(Exception):
    """Values that the trigger does not take; `problems` maps a field's name to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def read_fields(fields: list[dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values, each of its field's type; BadInput names every value that is missing, of another type, or unknown."""
    problems: dict[str, str] = {}
    payload: dict[str, Any] = {}
    for field in fields:
        name, label = field["name"], field.get("label") or field["name"]
        value = given.get(name)
        if value in (None, ""):
            value = field.get("default")
        if value in (None, ""):
            if field.get("required"):
                problems[name] = f"“{label}” is required."
            continue
        try:
            payload[name] = READERS[field.get("type", "text")](value)
        except (ValueError, TypeError):
            problems[name] = (
                f"“{label}” must be {WANTED[field.get('type', 'text')]}; {json.dumps(value, ensure_ascii=False)[:80]} is not."
            )
    known = {field["name"] for field in fields}
    for name in sorted(set(given) - known):
        problems[name] = (
            f"This flow takes no value named “{name[:64]}”. It takes: {', '.join(sorted(known)) or 'none'}."
        )
    if problems:
        raise BadInput(problems)
    return payload


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    if isinstance(value, (int, float)):
        return value
    return int(number) if number.is_integer() else number


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word not in YES + NO:
        raise ValueError
    return word in YES


def _date(value: Any) -> str:
    return date.fromisoformat(_text(value)).isoformat()


def _datetime(value: Any) -> str:
    moment = datetime.fromisoformat(_text(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _json(value: Any) -> Any:
    return read_json(value) if isinstance(value, str) else value


YES, NO = ("true", "on", "yes"), ("false", "off", "no")
READERS = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "json": _json,
}
WANTED = {
    "text": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no",
    "date": "a date such as 2026-11-23",
    "datetime": "a date and time such as 2026-11-23T09:00:00+00:00",
    "json": "JSON",
}
