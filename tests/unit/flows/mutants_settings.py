"""Mistakes in one step by itself: its type, connection, retries, and the values of its settings."""

from collections.abc import Iterator
from typing import Any

from helix.expressions.parsing import is_expression
from helix.expressions.types import kinds
from helix.flows.places import wanted_at
from helix.flows.steps import STEP_TYPES
from tests.unit.flows.mutants_base import Mutant, leaves, node_with, put

BLANK = r"\S"
BAD = (["a", "list"], {"an": "object"}, 7.5, True, "some text", "")
KIND_OF = {list: "array", dict: "object", float: "number", bool: "boolean", str: "string"}
RETRIES = (("max_attempts", 0), ("max_attempts", 21), ("max_attempts", "3"), ("factor", 0), ("on", ["refused"]))
CRONS = ("0 2 * *", "61 2 * * *", "0 2 31 2 *", "every night")
ZONES = ("Europe/Pariss", "+01:00", "CEST summer")
AUDIENCES = {
    "recipients": {"segment": {"id": 7}},
    "ids": ["1"],
    "emails": ["a@example.com"],
    "per_user_data": [{"id": "1"}],
}


def step_mutants(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, step = node["key"], STEP_TYPES[node["type"]]
    yield Mutant(
        "unknown kind of step",
        f"{name}: {node['type']}x",
        node_with(graph, index, type=node["type"] + "x"),
        key,
        "@type",
    )
    if step.integration:
        yield Mutant("no connection", name, node_with(graph, index, connection=None), key, "@connection")
        yield Mutant("gone connection", name, node_with(graph, index, connection="old"), key, "@connection")
        yield Mutant("connection of another kind", name, node_with(graph, index, connection="crm"), key, "@connection")
        if step.key_family not in ("app", None):
            yield Mutant(
                "connection lacks the key", name, node_with(graph, index, connection="reading"), key, "@connection"
            )
        for field, bad in RETRIES:
            place = f"@retry/{field}" + ("/0" if field == "on" else "")
            yield Mutant("bad retry", f"{name}: {field} {bad}", node_with(graph, index, retry={field: bad}), key, place)
        yield Mutant(
            "bad retry",
            f"{name}: misspelled",
            node_with(graph, index, retry={"max_attempt": 3}),
            key,
            "@retry/max_attempt",
        )
        yield Mutant("bad time limit", name, node_with(graph, index, timeout_seconds=0), key, "@timeout_seconds")
    elif node.get("connection"):
        yield Mutant("gone connection", name, node_with(graph, index, connection="old"), key, "@connection")
        yield Mutant(
            "connection of another kind", name, node_with(graph, index, connection="production"), key, "@connection"
        )
    yield Mutant("bad on_error", name, node_with(graph, index, on_error="explode"), key, "@on_error")
    if node["type"] == "trigger.schedule":
        for cron in CRONS:
            yield Mutant("bad cron", f"{name}: {cron}", put(graph, index, "/cron", cron), key, "/cron")
        for zone in ZONES:
            yield Mutant("bad zone", f"{name}: {zone}", put(graph, index, "/timezone", zone), key, "/timezone")
    if node["type"] == "customerio.trigger_broadcast":
        given = [each for each in AUDIENCES if each in node["config"]]
        for other, value in AUDIENCES.items():
            if given and other not in given:
                field = max((given[0], other), key=list(AUDIENCES).index)
                yield Mutant(
                    "two audiences", f"{name}: and {other}", put(graph, index, f"/{other}", value), key, f"/{field}"
                )
                expression = put(graph, index, f"/{other}", {"$liquid": "{{ run.id | split: '-' }}"})
                yield Mutant("two audiences", f"{name}: and {other} of an expression", expression, key, f"/{field}")
        yield Mutant("empty audience", name, put(graph, index, "/recipients", {}), key, "/recipients")


def settings_mutants(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, schema = node["key"], STEP_TYPES[node["type"]].input_schema
    yield Mutant("unknown setting", name, put(graph, index, "/nonsense", 1), key, "/nonsense")
    for required in schema.get("required", ()):
        gone = put(graph, index, f"/{required}", None, remove=True)
        yield Mutant("required setting removed", f"{name}: {required}", gone, key, f"/{required}")
    for pointer, value in leaves(node["config"]):
        wanted = wanted_at(schema, node["config"], pointer)
        found = kinds(wanted) if wanted else frozenset({"any"})
        if "any" in found:
            continue
        if is_expression(value):
            if "array" in found and "string" not in found:
                scalar = put(graph, index, pointer, {"$liquid": "{{ run.id }}"})
                yield Mutant("scalar for list", f"{name}{pointer}: an expression", scalar, key, pointer)
            continue
        yield from _wrong_values(name, graph, index, key, pointer, value, wanted)
        if "minimum" in wanted:
            yield Mutant(
                "out of bounds",
                f"{name}{pointer}: too small",
                put(graph, index, pointer, wanted["minimum"] - 1),
                key,
                pointer,
            )
        if "maximum" in wanted:
            yield Mutant(
                "out of bounds",
                f"{name}{pointer}: too large",
                put(graph, index, pointer, wanted["maximum"] + 1),
                key,
                pointer,
            )
    for place, size in _lists(node["config"]):
        wanted = wanted_at(schema, node["config"], place)
        if kinds(wanted) == {"array"}:
            yield Mutant(
                "scalar for list", f"{name}{place}: instead of {size}", put(graph, index, place, "a"), key, place
            )
            if wanted.get("minItems"):
                yield Mutant("empty list", f"{name}{place}", put(graph, index, place, []), key, place)


def _wrong_values(
    name: str, graph: Any, index: int, key: str, pointer: str, value: Any, wanted: Any
) -> Iterator[Mutant]:
    """Values that do not fit the place."""
    found, is_word = kinds(wanted), "enum" in wanted or "const" in wanted
    formed = is_word or wanted.get("pattern", BLANK) != BLANK or bool(wanted.get("format"))
    for bad in BAD:
        kind = KIND_OF[type(bad)]
        if kind in found and not (kind == "string" and formed) and not (bad == "" and wanted.get("pattern")):
            continue
        if bad == "" and "string" in found and not is_word and "pattern" not in wanted and not wanted.get("minLength"):
            continue
        words = (
            "wrong enum" if is_word and kind == "string"
            else "list for scalar" if kind == "array"
            else "scalar for list" if found == {"array"}
            else "wrong form" if kind == "string" and "string" in found
            else "wrong type"
        )  # fmt: skip
        yield Mutant(
            words, f"{name}{pointer}: {bad!r} instead of {value!r}", put(graph, index, pointer, bad), key, pointer
        )


def _lists(config: Any, pointer: str = "") -> Iterator[tuple[str, int]]:
    """Every list of a config that holds something."""
    if isinstance(config, dict) and not is_expression(config):
        for name, part in config.items():
            yield from _lists(part, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(config, list):
        if config and pointer:
            yield pointer, len(config)
        for position, part in enumerate(config):
            yield from _lists(part, f"{pointer}/{position}")
