"""Flows in plain words: schedules, types, and a line about each step for its card."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cronsim import CronSim, CronSimError
from pydantic import JsonValue

from helix.expressions.parsing import MARK, is_expression
from helix.expressions.words import type_words
from helix.flows.conditions import WORDS
from helix.flows.graph import Node
from helix.flows.steps.logic import branches

__all__ = ["describe_schedule", "seconds_words", "summary", "type_words", "value_words", "when_words"]

MOST = 80
_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def describe_schedule(cron: str, zone: str) -> str:
    """A schedule in a sentence without its end: “At 02:00 every day, Europe/Paris”. The text itself when it is no cron."""
    try:
        words = CronSim(cron, _YEAR).explain()
    except (CronSimError, ValueError, IndexError):
        return f"{cron}, {zone}"
    return f"{words}, {zone.replace('_', ' ')}"


def seconds_words(seconds: float) -> str:
    """A length of time: “90 seconds”, “5 minutes”, “1 hour 30 minutes”, “2 days”."""
    whole = round(seconds)
    parts = []
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, whole = divmod(whole, length)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "no time"


def value_words(value: JsonValue) -> str:
    """A value of a config on a card, short: an expression as its text, a text in quotes."""
    if is_expression(value) and isinstance(value, dict):
        return _short(str(value[MARK]).strip().removeprefix("{{").removesuffix("}}").strip(), 40)
    if isinstance(value, str):
        return f"“{_short(value, 40)}”"
    if isinstance(value, list):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    return f"{len(value)} value{'' if len(value) == 1 else 's'}" if isinstance(value, dict) else json.dumps(value)


def when_words(when: JsonValue) -> str:
    """A condition in a line: “trigger.age is at least 18 and 1 more”."""
    if not isinstance(when, dict):
        return ""
    for group in ("all", "any"):
        parts = when.get(group)
        if isinstance(parts, list):
            first = when_words(parts[0]) if parts else ""
            more = f" {'and' if group == 'all' else 'or'} {len(parts) - 1} more" if len(parts) > 1 else ""
            return first + more
    op = when.get("op")
    if not isinstance(op, str) or op not in WORDS:
        return ""
    right = f" {value_words(when['right'])}" if "right" in when else ""
    return f"{value_words(when.get('left'))} {WORDS[op]}{right}"


def summary(node: Node) -> str:
    """One line about what a step does, for its card; "" when there is nothing to say yet."""
    config = node.config
    match node.type:
        case "trigger.schedule":
            cron, zone = config.get("cron"), config.get("timezone")
            words = describe_schedule(cron, zone if isinstance(zone, str) else "") if isinstance(cron, str) else ""
            if "every_minutes" in config:
                words = f"Every {value_words(config['every_minutes'])} minutes"
            elif "at" in config:
                words = f"Once, at {value_words(config['at'])}"
        case "trigger.manual":
            fields = config.get("fields")
            named = (
                [str(each.get("name")) for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []
            )
            words = f"Asks for {', '.join(named)}" if named else "Asks for nothing"
        case "logic.branch":
            words = " · ".join(filter(None, (when_words(branch.get("when")) for branch in branches(config))))
        case "logic.filter":
            words = when_words(config.get("when"))
        case "logic.set":
            values = config.get("values")
            words = ", ".join(values) if isinstance(values, dict) else ""
        case "logic.join":
            words = "When the first path has arrived" if config.get("mode") == "any" else "When all paths have arrived"
        case "logic.wait":
            seconds, until = config.get("seconds"), config.get("until")
            known = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
            words = (
                seconds_words(float(seconds))
                if known and isinstance(seconds, (int, float))
                else _first({"": seconds or until})
            )
        case "logic.stop":
            words = f"The run {'fails' if config.get('outcome') == 'fail' else 'succeeds'}"
        case _:
            words = _first(config)
    return _short(words, MOST)


def _first(config: Mapping[str, Any]) -> str:
    """The first setting or two of an action."""
    given = [(name, value) for name, value in config.items() if value not in (None, "", [], {})]
    return ", ".join(f"{name}: {value_words(value)}" if name else value_words(value) for name, value in given[:2])


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
