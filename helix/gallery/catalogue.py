"""The templates that come with Helix: one JSON file each in templates/. What they need connected, and how their inputs are filled. Pure."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from helix.flows.steps import STEP_TYPES

FOLDER = Path(__file__).parent / "templates"
MOST_TEXT = 500
UNFIT = frozenset("'\"{}\\%")
"""Signs that would end a text inside an expression; inputs do without them."""


class Unfit(Exception):
    """An input cannot take this value; the text says which, and what to enter."""


@dataclass(frozen=True)
class Input:
    """A value to fill before use. `at`: the places it goes to, as step/path/in/its/config; `value`: what stands there now."""

    name: str
    label: str
    type: str
    value: str | int
    at: tuple[str, ...]

    def read(self, text: str) -> str | int:
        """The value that a person typed; Unfit when it is none."""
        text = text.strip()
        if not text or len(text) > MOST_TEXT:
            raise Unfit(f"“{self.label}” is empty or longer than {MOST_TEXT} characters. Enter a value.")
        if self.type == "integer":
            if not (text.isascii() and text.isdigit() and len(text) <= 12):
                raise Unfit(f"“{self.label}” needs a whole number such as {self.value}, not “{text[:40]}”.")
            return int(text)
        if self.type == "zone" and text not in available_timezones():
            raise Unfit(f"“{self.label}” needs a time zone such as {self.value}, not “{text[:40]}”.")
        if self.type == "email" and ("@" not in text or " " in text):
            raise Unfit(f"“{self.label}” needs an e-mail address such as {self.value}, not “{text[:40]}”.")
        if self.type == "cron":
            _read_cron(self, text)
        if UNFIT & set(text):
            raise Unfit(f"“{self.label}” may not hold quotation marks, braces, % or backslashes. Leave them out.")
        return text


@dataclass(frozen=True)
class Template:
    """A ready flow: its graph, what it does in a sentence, and what is filled in before use."""

    key: str
    title: str
    says: str
    inputs: tuple[Input, ...]
    graph: dict[str, Any]

    @property
    def needs(self) -> tuple[str, ...]:
        """The kinds of Customer.io keys that its steps use."""
        kinds = (STEP_TYPES[node["type"]].key_family for node in self.graph["nodes"] if _calls_customerio(node))
        return tuple(sorted({kind for kind in kinds if kind}))

    def filled(self, values: Mapping[str, str | int], connection: str) -> dict[str, Any]:
        """The graph with these values, its Customer.io steps on this connection, its HTTP steps on none."""
        graph = copy.deepcopy(self.graph)
        nodes = {node["key"]: node for node in graph["nodes"]}
        for each in self.inputs:
            for place in each.at:
                step, *path = place.split("/")
                _put(nodes[step]["config"], path, each.value, values.get(each.name, each.value))
        for node in graph["nodes"]:
            if _calls_customerio(node):
                node["connection"] = connection
            else:
                node.pop("connection", None)
        return graph


def _read_cron(wanted: Input, text: str) -> None:
    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise Unfit(f"“{wanted.label}” needs five cron fields such as “{wanted.value}”, not “{text[:40]}”.") from None


def _calls_customerio(node: Mapping[str, Any]) -> bool:
    return str(node["type"]).startswith("customerio.")


def _put(config: Any, path: list[str], before: str | int, value: str | int) -> None:
    *way, last = path
    for part in way:
        config = config[int(part)] if isinstance(config, list) else config[part]
    key: Any = int(last) if isinstance(config, list) else last
    now = config[key]
    config[key] = now.replace(str(before), str(value)) if isinstance(now, str) and now != before else value


def _read(path: Path) -> Template:
    told = json.loads(path.read_text())
    inputs = tuple(Input(**{**each, "at": tuple(each["at"])}) for each in told["inputs"])
    return Template(path.stem, told["title"], told["says"], inputs, told["graph"])


TEMPLATES: Mapping[str, Template] = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.json"))}
"""Every template, by key."""
