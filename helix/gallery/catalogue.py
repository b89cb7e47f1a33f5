"""The templates that come with Helix: one JSON file each in templates/. What they need connected, and how their inputs are filled. Pure."""

import copy
import json
import re
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
ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~!$&()*+,;=:@%/\-]*)?", re.ASCII)
"""An address of plain signs: it may stand beside Liquid, whose braces it cannot hold."""
PLACE = re.compile(r"(?P<path>.+?)(?:(?P<sign>[*+])(?P<number>\d+))?")
KEYS = {"app": "App API key", "pipelines": "Pipelines key", "track": "Track key"}


class Unfit(Exception):
    """An input cannot take this value; the text says which, and what to enter."""


@dataclass(frozen=True)
class Input:
    """A value to fill before use. `at`: the places it goes to, as step/path/in/its/config, with `*60` or `+1` when the step
    counts otherwise; `value`: what stands there now. A text is always a whole value of a config, never a part of Liquid."""

    name: str
    label: str
    type: str
    value: str | int
    at: tuple[str, ...]

    def read(self, text: str) -> str | int:
        """The value that a person typed; Unfit when it is none."""
        text = text.strip()
        if not text or len(text) > MOST_TEXT:
            raise Unfit(
                f"“{self.label}” is empty or longer than {MOST_TEXT} characters. Enter a shorter value, or one at all."
            )
        if "\0" in text:
            raise Unfit(f"“{self.label}” holds a sign that no text can hold (NUL). Type it again.")
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
        if self.type == "url" and not ADDRESS.fullmatch(text):
            raise Unfit(f"“{self.label}” needs an address such as {self.value}, not “{text[:40]}”.")
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
        actions = (STEP_TYPES[node["type"]].action for node in self.graph["nodes"] if _calls_customerio(node))
        return tuple(sorted({action.api.key_family for action in actions if action}))

    @property
    def calls_http(self) -> bool:
        """Whether a step calls an address of the team's own."""
        return self._has("http.request")

    @property
    def mails(self) -> bool:
        """Whether a step sends an e-mail."""
        return self._has("notify.email")

    @property
    def begins(self) -> tuple[str, ...]:
        """The kinds of its triggers, such as “schedule”."""
        return tuple(
            node["type"].split(".")[1] for node in self.graph["nodes"] if str(node["type"]).startswith("trigger.")
        )

    @property
    def needs_words(self) -> tuple[str, ...]:
        """Everything to have before it runs, in words."""
        words = [KEYS[kind] for kind in self.needs]
        words += ["Signing key of reporting webhooks"] if "customerio_event" in self.begins else []
        words += ["HTTP address"] if self.calls_http else []
        return (*words, *(["Mail server"] if self.mails else []))

    def _has(self, kind: str) -> bool:
        return any(node["type"] == kind for node in self.graph["nodes"])

    def filled(self, values: Mapping[str, str | int], connection: str, http: str = "") -> dict[str, Any]:
        """The graph with these values, its Customer.io steps on `connection`, its HTTP steps on `http` (empty: on none)."""
        graph = copy.deepcopy(self.graph)
        nodes = {node["key"]: node for node in graph["nodes"]}
        for each in self.inputs:
            for place in each.at:
                _fill(nodes, place, each.value, values.get(each.name, each.value))
        for node in graph["nodes"]:
            node.pop("connection", None)
            if _calls_customerio(node):
                node["connection"] = connection
            elif node["type"] == "http.request" and http:
                node["connection"] = http
        return graph


def _read_cron(wanted: Input, text: str) -> None:
    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise Unfit(f"“{wanted.label}” needs five cron fields such as “{wanted.value}”, not “{text[:40]}”.") from None


def _calls_customerio(node: Mapping[str, Any]) -> bool:
    return str(node["type"]).startswith("customerio.")


def _fill(nodes: Mapping[str, Any], place: str, before: str | int, value: str | int) -> None:
    found = PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"“{place}” is no place of a template.")
    step, *path = found["path"].split("/")
    if found["sign"]:
        number = int(found["number"])
        before, value = (int(each) * number if found["sign"] == "*" else int(each) + number for each in (before, value))
    _put(nodes[step]["config"], path, before, value)


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
