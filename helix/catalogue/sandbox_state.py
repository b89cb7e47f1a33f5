"""The sandbox's workspace as tables that people read, and the faults one can switch on. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SHOWN = 100
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of thing in the workspace, and how one of them becomes a row."""

    key: str
    title: str
    icon: str
    columns: tuple[str, ...]
    row: Callable[[Entry], tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """The things of one kind: how many there are, and the rows that are shown, newest first where they have a time."""

    kind: Kind
    count: int
    rows: tuple[tuple[Any, ...], ...]


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


def _without(entry: Entry, *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


KINDS = (
    Kind("people", "People", "users", ("Id", "E-mail", "Attributes"), lambda e: (e.get("id"), e.get("email"), e.get("attributes"))),
    Kind("groups", "Groups", "building-2", ("Id", "Attributes", "People"), lambda e: (e.get("id"), e.get("attributes"), len(e.get("people") or ()))),
    Kind("segments", "Segments", "layers", ("Id", "Name", "Type", "People"), lambda e: (e.get("id"), e.get("name"), e.get("type"), e.get("members"))),
    Kind("events", "Events", "zap", ("When", "Kind", "Name", "More"),
         lambda e: (_moment(e.get("at")), e.get("type"), e.get("name"), _without(e, "at", "type", "name"))),
    Kind("broadcasts", "Broadcasts", "megaphone", ("Id", "Name", "State"), lambda e: (e.get("id"), e.get("name"), e.get("state"))),
    Kind("triggers", "Triggers", "radio", ("Id", "Broadcast", "When", "Audience", "People"),
         lambda e: (e.get("id"), e.get("broadcast_id"), _moment(e.get("created_at")), e.get("audience"), e.get("recipients"))),
    Kind("deliveries", "Deliveries", "mail", ("When", "Recipient", "Subject", "What happened"),
         lambda e: (_moment(e.get("created")), e.get("recipient"), e.get("subject"), ", ".join(e.get("metrics") or ()))),
    Kind("suppressed", "Suppressed", "user-x", ("Id",), lambda e: (e.get("id"),)),
    Kind("invalid", "Dropped", "circle-slash", ("When", "Where", "Why"), lambda e: (_moment(e.get("at")), e.get("where"), e.get("reason"))),
)  # fmt: skip


def tables(state: Mapping[str, Any]) -> list[Table]:
    """The tables of a state as `/_sandbox/state` gives it, in the order of the page."""
    counts = state.get("counts") or {}
    return [_table(kind, state.get(kind.key), counts.get(kind.key)) for kind in KINDS]


def _table(kind: Kind, found: Any, count: Any) -> Table:
    values = found if isinstance(found, list) else []
    entries = [value if isinstance(value, Mapping) else {"id": value} for value in values]
    return Table(kind, count if isinstance(count, int) else len(entries), tuple(map(kind.row, entries[:SHOWN])))


FAULTS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "server_error": ("Answer 500", {"do": "status", "status": 500}),
    "rate_limited": (
        "Answer 429: come back in 5 seconds",
        {"do": "status", "status": 429, "headers": {"Retry-After": "5"}},
    ),
    "unauthorized": ("Refuse the key (401)", {"do": "status", "status": 401}),
    "delay": ("Answer 10 seconds late", {"do": "delay", "seconds": 10}),
    "reset": ("Hang up without an answer", {"do": "reset"}),
    "truncate": ("Cut the answer in half", {"do": "truncate"}),
    "garbage": ("Answer nonsense", {"do": "garbage"}),
    "commit_then_reset": ("Do it, then hang up", {"do": "commit_then_reset"}),
}
"""Key of a fault -> (words, what the sandbox is told)."""


def fault(key: str, path: str, times: int) -> dict[str, Any]:
    """The fault as the sandbox takes it: on calls whose path fits (* fits anything), so many times."""
    return {"match": {"path": path or "*"}, "times": times, **FAULTS[key][1]}


def fault_words(given: Mapping[str, Any]) -> str:
    """A fault that is on, in words: "Answer 500, on /v1/segments, 2 more calls"."""
    do, times = str(given.get("do")), given.get("times")
    path = (given.get("match") or {}).get("path", "*")
    plain = {key: words for key, (words, _) in FAULTS.items()}
    what = {"status": f"Answer {given.get('status')}", "delay": f"Answer {given.get('seconds')} seconds late"}.get(
        do, plain.get(do, do)
    )
    where = "" if path == "*" else f", on {path}"
    return f"{what}{where}, {times} more call{'' if times == 1 else 's'}"
