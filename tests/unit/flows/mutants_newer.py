"""Mistakes that only one kind of step can have: webhooks and events, waits, loops and batches, HTTP, e-mail, CSV, called flows."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from helix.flows.steps import STEP_TYPES
from tests.unit.flows.mutants_base import Mutant, put

URLS = ("example.com/a", "ftp://example.com", "https://", "https://me:secret@example.com")
ONLY_ONE_OF = {"logic.wait": ("seconds", "until", "window"), "trigger.schedule": ("cron", "every_minutes", "at")}
VALUES = {
    "seconds": 5, "until": "2026-01-31T12:00:00Z", "cron": "0 9 * * 1", "every_minutes": 5, "at": "2026-01-31T12:00:00Z",
    "window": {"days": ["mon"], "from": "09:00", "to": "17:00", "timezone": "UTC"},
}  # fmt: skip
BAD: dict[str, tuple[tuple[Any, ...], ...]] = {
    "trigger.webhook": (
        ("wrong enum", "/verify", "password"), ("webhook without proof", "/verify", "none", "warning"), ("out of bounds", "/dedupe_minutes", 0),
    ),
    "logic.wait_for": (
        ("out of bounds", "/expires_seconds", 0), ("out of bounds", "/expires_seconds", 401 * 86_400), ("wrong enum", "/for", "a letter"),
        ("wrong enum", "/approvers", "nobody"),
    ),
    "logic.for_each": (
        ("out of bounds", "/concurrency", 0), ("out of bounds", "/concurrency", 21), ("wrong enum", "/on_item_failure", "shrug"),
        ("collects what is not inside", "/collect", "nowhere"),
    ),
    "logic.batch": (("out of bounds", "/max_count", 0), ("out of bounds", "/max_bytes", 1)),
    "notify.email": (
        ("bad address", "/to/0", "nobody"), ("bad address", "/to/0", "a@example.com, b@example.com"), ("empty list", "/to", []),
        ("wrong form", "/subject", "two\nlines"),
    ),
    "data.csv": (("wrong form", "/delimiter", "tab"), ("wrong enum", "/mode", "copy")),
    "logic.run_flow": (("unknown flow", "/flow", "nowhere"),),
}  # fmt: skip
"""Type → mistakes: kind, place, value, severity where it is a warning."""
WINDOWS: tuple[tuple[str, Any], ...] = (
    ("days", []),
    ("days", ["monday"]),
    ("from", "9 o'clock"),
    ("to", "25:00"),
    ("timezone", "Europe/Pariss"),
)


Change = Callable[..., Mutant]


def newer_mutants(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, type_ = node["key"], node["type"]

    def change(kind: str, pointer: str, value: Any, severity: str = "error") -> Mutant:
        return Mutant(kind, f"{name}{pointer}: {value!r}", put(graph, index, pointer, value), key, pointer, severity)

    for field, found in STEP_TYPES[type_].input_schema.get("properties", {}).items():
        if found.get("x-literal"):
            yield change("expression where a fixed value must be", f"/{field}", {"$liquid": "{{ run.id }}"})
    if type_ in ONLY_ONE_OF:
        yield from _only_one(name, graph, index, key, type_)
    for kind, pointer, value, *severity in BAD.get(type_, ()):
        yield change(kind, pointer, value, *severity)
    if "events" in node["config"]:
        yield change("unknown event", "/events/0", "email_bouncd")
        yield change("unknown event", "/events/0", "")
        yield change("empty list", "/events", [])
    if type_.startswith("trigger."):
        yield from _form(name, graph, index, node, change)
    if type_ == "logic.for_each":
        yield change("collects what is not inside", "/collect", key)
    if type_ == "http.request":
        yield from _http(name, graph, index, node)
    for field, place in _needed(node).items():
        gone = put(graph, index, f"/{field}", None, remove=True)
        yield Mutant("required setting removed", f"{name}: {field}, as it is used", gone, key, place)


def _needed(node: Any) -> dict[str, str]:
    """Settings that must be given because of what others say, and where their lack is told."""
    config = node["config"]
    match node["type"]:
        case "logic.batch":
            return {field: "/max_count" for field in ("max_count", "max_bytes") if field in config}
        case "data.csv":
            return {"text": "/text"} if config.get("mode") == "read" else {"rows": "/rows"}
        case "http.request":
            body = config.get("body_type", "none")
            return {} if body == "none" else {body: f"/{body}"}
        case _:
            return {}


def _form(name: str, graph: Any, index: int, node: Any, change: Change) -> Iterator[Mutant]:
    """Fields of a trigger's form."""
    fields = node["config"].get("fields", ())
    for position, field in enumerate(fields):
        place = f"/fields/{position}"
        yield change("bad form", f"{place}/name", "2 names")
        yield change("bad form", f"{place}/type", "texts")
        if field.get("type") in ("integer", "datetime", "boolean"):
            yield change("bad form", f"{place}/default", "nonsense")
        if position:
            double = put(graph, index, f"{place}/name", fields[0]["name"])
            yield Mutant("bad form", f"{name}{place}: name taken", double, node["key"], f"{place}/name")


def _only_one(name: str, graph: Any, index: int, key: str, type_: str) -> Iterator[Mutant]:
    """Settings of which exactly one must be given: none, and each of the others beside the one that is."""
    ways = [way for way in ONLY_ONE_OF[type_] if way in STEP_TYPES[type_].input_schema["properties"]]
    given = next((way for way in ways if way in graph["nodes"][index]["config"]), None)
    if given is None or len(ways) < 2:
        return
    none = put(graph, index, f"/{given}", None, remove=True)
    yield Mutant("required setting removed", f"{name}: {given}, one of several", none, key, f"/{ways[0]}")
    for other in ways:
        if other != given:
            field = max(given, other, key=ways.index)
            both = put(graph, index, f"/{other}", VALUES[other])
            yield Mutant("two settings that exclude each other", f"{name}: {given}, {other}", both, key, f"/{field}")
    if "window" in ways:
        for part, bad in WINDOWS:
            windowed = copy.deepcopy(graph)
            windowed["nodes"][index]["config"] = {"window": {**VALUES["window"], part: bad}}  # type: ignore[dict-item]
            place = f"/window/{part}/0" if bad == ["monday"] else f"/window/{part}"
            yield Mutant("bad window", f"{name}: {part} {bad!r}", windowed, key, place)


def _http(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, config = node["key"], node["config"]
    for url in URLS:
        yield Mutant("bad address", f"{name}: {url}", put(graph, index, "/url", url), key, "/url")
    body = config.get("body_type", "none")
    if body != "none":
        for method in ("GET", "HEAD"):
            yield Mutant(
                "body that is not sent", f"{name}: {method}", put(graph, index, "/method", method), key, "/body_type"
            )
    yield Mutant("wrong enum", f"{name}: method", put(graph, index, "/method", "FETCH"), key, "/method")
    headers = put(graph, index, "/headers", {"Authorization": "Bearer abc"})
    yield Mutant("key in the open", name, headers, key, "/headers/Authorization", "warning")
    statuses = put(graph, index, "/accept_statuses", [40])
    yield Mutant("out of bounds", f"{name}: status", statuses, key, "/accept_statuses/0")
