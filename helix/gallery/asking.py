"""Which settings of a flow could be asked for when it is used as a template: plain values, each with the words of its field. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from helix.flows.steps import STEP_TYPES
from helix.gallery.catalogue import ADDRESS, MOST_TEXT, Input

MOST_OFFERED = 200
_PLACE_SIGN = re.compile(r"[/*+]")
_FORMATS = {"cron": "cron", "time-zone": "zone"}


@dataclass(frozen=True)
class Setting:
    """A value that stands in a step. `at`: step/name, as an Input's place."""

    at: str
    step: str
    label: str
    type: str
    value: str | int

    def asked(self, number: int, label: str) -> Input:
        """The input that fills it."""
        return Input(f"in{number}", label, self.type, self.value, (self.at,))


def settings_of(graph: Mapping[str, Any]) -> list[Setting]:
    """Plain texts and whole numbers directly in the settings of steps; at most 200."""
    found = [setting for node in graph.get("nodes", []) if isinstance(node, dict) for setting in _of_step(node)]
    return found[:MOST_OFFERED]


def _of_step(node: Mapping[str, Any]) -> Iterator[Setting]:
    key, kind, config = node.get("key"), STEP_TYPES.get(str(node.get("type"))), node.get("config")
    if not isinstance(key, str) or _PLACE_SIGN.search(key) or kind is None or not isinstance(config, dict):
        return
    fields = kind.input.model_json_schema().get("properties", {})
    step = str(node.get("name") or key)
    for name, value in config.items():
        field = fields.get(name)
        if field is None or _PLACE_SIGN.search(name) or isinstance(value, bool) or not isinstance(value, str | int):
            continue
        if isinstance(value, str) and (not value.strip() or len(value) > MOST_TEXT or _is_choice(field)):
            continue
        yield Setting(f"{key}/{name}", step, str(field.get("title") or name), _type_of(field, value), value)


def _is_choice(field: Mapping[str, Any]) -> bool:
    ways = [field, *field.get("anyOf", [])]
    return any("enum" in way or "const" in way or "$ref" in way for way in ways)


def _type_of(field: Mapping[str, Any], value: str | int) -> str:
    if isinstance(value, int):
        return "integer"
    wanted = _FORMATS.get(str(field.get("format") or ""))
    if wanted:
        return wanted
    if value in available_timezones():
        return "zone"
    return "url" if ADDRESS.fullmatch(value) else "text"
