"""The search box of the list: what a person types, read into filters. `state:failed flow:"New lead" since:7d ada@example.com`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from helix.runs.filters import KINDS, PERIODS, STATES, TRIGGERS, RunFilter, flows_named
from helix.teams.models import Team

TOKEN = re.compile(r'(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))')
NAMES: dict[str, Iterable[str]] = {"state": STATES, "trigger": TRIGGERS, "is": KINDS}
OTHERS = ("flow", "version", "since", "until", "person", "run")
NICKNAMES = {
    "running": "live",
    "waiting": "live",
    "queued": "live",
    "unknown": "attention",
    "doubt": "attention",
    "success": "succeeded",
    "ok": "succeeded",
    "error": "failed",
    "canceled": "cancelled",
}


@dataclass
class Typed:
    """`run`: it is the id of a run; `person`: someone to look for, `prefix` when only the beginning is known."""

    filter: RunFilter
    run: UUID | None = None
    person: str = ""
    prefix: bool = False
    problems: list[str] = field(default_factory=list)


def read_typed(text: str, team: Team, before: RunFilter) -> Typed:
    """The filters that these words ask for, added to those that hold already."""
    found = Typed(before)
    words: list[str] = []
    for token in TOKEN.finditer(text[:400]):
        name, value = token["name"], token["quoted"] if token["quoted"] is not None else token["bare"]
        if name:
            _named(found, name.lower(), value, team)
        elif _id(value):
            found.run = _id(value)
        elif "@" in value or (value.endswith("*") and len(value) > 1):
            _person(found, value)
        else:
            words.append(value)
    if words:
        _flow(found, " ".join(words), team)
    return found


def _named(found: Typed, name: str, value: str, team: Team) -> None:
    if name in NAMES:
        known = NAMES[name]
        value = NICKNAMES.get(value.lower(), value.lower())
        if value in known:
            changes: dict[str, Any] = {"kind" if name == "is" else name: value}
            found.filter = replace(found.filter, **changes)
        else:
            found.problems.append(f"“{name}:{value}” is not known. Choose among {', '.join(known)}.")
    elif name == "flow":
        _flow(found, value, team)
    elif name == "person":
        _person(found, value)
    elif name == "run" and _id(value):
        found.run = _id(value)
    elif name in ("since", "until", "version"):
        tried = RunFilter.read({name: value}, persons=False)
        if tried.is_open:
            how = {"version": "a number"}.get(
                name, f"a day as 2026-01-31{' or ' + ', '.join(PERIODS) if name == 'since' else ''}"
            )
            found.problems.append(f"“{name}:{value}” is not understood. Write {how}.")
        else:
            found.filter = replace(found.filter, **{name: getattr(tried, name)})
    else:
        near = get_close_matches(name, [*NAMES, *OTHERS], 1)
        hint = f" Did you mean “{near[0]}:”?" if near else f" There are {', '.join([*NAMES, *OTHERS])}."
        found.problems.append(f"There is no filter “{name}:”.{hint}")


def _flow(found: Typed, words: str, team: Team) -> None:
    matching = list(flows_named(team, words, found.filter.hidden)[:2])
    if not matching:
        found.problems.append(
            f"No flow is named “{words[:60]}”. To find a person by an id, write person:{words.split(maxsplit=1)[0][:40]}."
        )
    elif len(matching) == 1:
        found.filter = replace(found.filter, flow=matching[0].pk, named="")
    else:
        found.filter = replace(found.filter, named=words[:100], flow=None)


def _person(found: Typed, value: str) -> None:
    found.prefix = value.endswith("*")
    found.person = value.rstrip("*")[:200]


def _id(value: str) -> UUID | None:
    try:
        return UUID(value) if len(value) >= 32 else None
    except ValueError:
        return None
