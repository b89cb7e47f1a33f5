"""Valid flows with one mistake each, and where it must be found."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helix.expressions.parsing import expressions_in, is_expression
from helix.expressions.types import kinds
from helix.flows.graph import Node
from helix.flows.places import wanted_at
from helix.flows.rules.expressions import in_condition
from helix.flows.steps import STEP_TYPES
from tests.unit.flows.cast import VALID

BLANK = r"\S"


@dataclass(frozen=True)
class Mutant:
    """`node` and `field`: where the check must find an error (a warning where `severity` says so)."""

    name: str
    graph: Any
    node: str | None
    field: str | None
    severity: str = "error"


def parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def put(graph: Any, index: int, pointer: str, value: Any, remove: bool = False) -> Any:
    """The graph with another value at a place of a step's config."""
    after = copy.deepcopy(graph)
    at: Any = after["nodes"][index]
    *way, last = ["config", *parts(pointer)]
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    key: Any = int(last) if isinstance(at, list) else last
    if remove:
        del at[key]
    else:
        at[key] = value
    return after


def node_with(graph: Any, index: int, **changes: Any) -> Any:
    after = copy.deepcopy(graph)
    for name, value in changes.items():
        if value is None:
            after["nodes"][index].pop(name, None)
        else:
            after["nodes"][index][name] = value
    return after


def all_mutants() -> list[Mutant]:
    return [mutant for name, text in VALID.items() for mutant in _of(name, json.loads(text))]


def _of(flow: str, graph: Any) -> Iterator[Mutant]:
    for index, node in enumerate(graph["nodes"]):
        yield from _step(f"{flow}.{node['key']}", graph, index, node)
        yield from _settings(f"{flow}.{node['key']}", graph, index, node)
        yield from _expressions(f"{flow}.{node['key']}", graph, index, node)
        yield from _conditions(f"{flow}.{node['key']}", graph, index, node)
    yield from _edges(flow, graph)


def _step(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, step = node["key"], STEP_TYPES[node["type"]]
    yield Mutant(f"{name}: type misspelled", node_with(graph, index, type=node["type"] + "x"), key, "@type")
    if step.integration:
        yield Mutant(f"{name}: no connection", node_with(graph, index, connection=None), key, "@connection")
        yield Mutant(f"{name}: gone connection", node_with(graph, index, connection="old"), key, "@connection")
        yield Mutant(
            f"{name}: connection to another service", node_with(graph, index, connection="crm"), key, "@connection"
        )
        if step.key_family not in ("app", None):
            yield Mutant(
                f"{name}: connection without the key", node_with(graph, index, connection="reading"), key, "@connection"
            )
        for field, bad in (
            ("max_attempts", 0),
            ("max_attempts", 21),
            ("max_attempts", "3"),
            ("factor", 0),
            ("on", ["refused"]),
        ):
            place = f"@retry/{field}" + ("/0" if field == "on" else "")
            yield Mutant(f"{name}: retry {field} {bad}", node_with(graph, index, retry={field: bad}), key, place)
        yield Mutant(
            f"{name}: retry misspelled", node_with(graph, index, retry={"max_attempt": 3}), key, "@retry/max_attempt"
        )
        yield Mutant(f"{name}: no time", node_with(graph, index, timeout_seconds=0), key, "@timeout_seconds")
    yield Mutant(f"{name}: on_error misspelled", node_with(graph, index, on_error="explode"), key, "@on_error")
    if node["type"] == "trigger.schedule":
        for cron in ("0 2 * *", "61 2 * * *", "0 2 31 2 *", "every night"):
            yield Mutant(f"{name}: cron {cron}", put(graph, index, "/cron", cron), key, "/cron")
        for zone in ("Europe/Pariss", "+01:00", "CEST summer"):
            yield Mutant(f"{name}: zone {zone}", put(graph, index, "/timezone", zone), key, "/timezone")
    other = next(each["key"] for each in graph["nodes"] if each["key"] != key)
    if not any(f"steps.{key}." in json.dumps(each["config"]) for each in graph["nodes"]) and index > 0:
        after = node_with(graph, index, key=other)
        yield Mutant(f"{name}: key taken", after, other, "@key")


def _settings(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, schema = node["key"], STEP_TYPES[node["type"]].input_schema
    yield Mutant(f"{name}: unknown setting", put(graph, index, "/nonsense", 1), key, "/nonsense")
    for required in schema.get("required", ()):
        yield Mutant(
            f"{name}: without {required}", put(graph, index, f"/{required}", None, remove=True), key, f"/{required}"
        )
    for pointer, value in _leaves(node["config"]):
        wanted = wanted_at(schema, node["config"], pointer)
        found = kinds(wanted) if wanted else frozenset({"any"})
        if "any" in found or is_expression(value):
            continue
        for bad in (["a", "list"], {"an": "object"}, 7.5, True, "some text", ""):
            kind = {list: "array", dict: "object", float: "number", bool: "boolean", str: "string"}[type(bad)]
            fits = kind in found or (bad == "" and "string" not in found)
            if (
                kind == "string"
                and kind in found
                and ("enum" in wanted or wanted.get("pattern", BLANK) != BLANK or wanted.get("format"))
            ):
                fits = False
            fits = fits and (bad != "" or "pattern" not in wanted)
            if not fits and not (bad == "" and "string" in found and "pattern" not in wanted and "enum" not in wanted):
                yield Mutant(
                    f"{name}{pointer}: {bad!r} instead of {value!r}", put(graph, index, pointer, bad), key, pointer
                )
        if "minimum" in wanted:
            yield Mutant(f"{name}{pointer}: too small", put(graph, index, pointer, wanted["minimum"] - 1), key, pointer)
        if "maximum" in wanted:
            yield Mutant(f"{name}{pointer}: too large", put(graph, index, pointer, wanted["maximum"] + 1), key, pointer)


def _leaves(config: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(config, dict) and not is_expression(config) and config:
        for name, part in config.items():
            yield from _leaves(part, f"{pointer}/{name}")
    elif isinstance(config, list) and config:
        for position, part in enumerate(config):
            yield from _leaves(part, f"{pointer}/{position}")
    elif pointer:
        yield pointer, config


def _expressions(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key, schema = node["key"], STEP_TYPES[node["type"]].input_schema
    later = [each["key"] for each in graph["nodes"] if f"steps.{key}." not in json.dumps(each["config"])]
    drawn = Node(key=key, type=node["type"])
    for pointer, text in expressions_in(node["config"]):
        asks = in_condition(drawn, pointer)

        def use(words: str, mutated: str, severity: str = "error", pointer: str = pointer) -> Mutant:
            return Mutant(
                f"{name}{pointer}: {words}: {mutated}",
                put(graph, index, pointer, {"$liquid": mutated}),
                key,
                pointer,
                severity,
            )

        yield use("brace lost", text.replace("}}", "}", 1))
        yield use("quote lost", "{{ trigger.x | default: 'a }}")
        yield use("unknown filter", "{{ run.id | upcasee }}")
        yield use("unknown name", "{{ tigger.email }}")
        yield use("unknown step", "{{ steps.nowhere.data.x }}")
        yield use("own output", f"{{{{ steps.{key}.data.x }}}}")
        yield use("unknown part of the run", "{{ run.ident }}")
        yield use("into a text", "{{ flow.name.first }}")
        yield use("argument lost", "{{ run.id | append }}")
        yield use("too many arguments", "{{ run.id | upcase: 1 }}")
        yield use("list into a text filter", "{{ run.id | split: '-' | upcase }}")
        yield use("text into a list filter", "{{ run.id | join: ',' }}")
        yield use("number of no text", "{{ 'many' | plus: 1 }}")
        yield use("division by 0", "{{ 6 | divided_by: 0 }}")
        yield use("list in a text", "a {{ run.id | split: '-' }} b")
        yield use("all steps at once", "{{ steps | json }}")
        after = [each for each in later if each != key and _comes_after(graph, key, each)]
        if after:
            yield use("later step", f"{{{{ steps.{after[0]}.data }}}}")
        if "trigger." in text and "steps." not in text:
            yield use("field renamed", text.replace("trigger.", "trigger.x_"))
        if asks or not text.strip().startswith("{{"):
            continue
        wanted = wanted_at(schema, node["config"], pointer)
        found = kinds(wanted) if wanted else frozenset({"any"})
        if found == {"string"}:
            yield use("list for a text", "{{ run.id | split: '-' }}")
            yield use("number for a text", "{{ 7 }}")
            yield use("object for a text", "{{ run }}")
            yield use("nothing for a text", "{{ nil }}")
            yield use("maybe nothing", "{{ run.id | split: '-' | first }}", "warning")
        if wanted.get("format") == "date-time":
            yield use("a day for a moment", "{{ run.started_at | date: '%Y-%m-%d' }}")


def _comes_after(graph: Any, key: str, other: str) -> bool:
    seen, edge = {key}, [key]
    while edge:
        at = edge.pop()
        fresh = [each["target"] for each in graph["edges"] if each["source"] == at and each["target"] not in seen]
        seen.update(fresh)
        edge += fresh
    return other in seen


def _conditions(name: str, graph: Any, index: int, node: Any) -> Iterator[Mutant]:
    key = node["key"]
    for pointer, leaf in _comparisons(node["config"]):
        yield Mutant(
            f"{name}{pointer}: unknown operator", put(graph, index, f"{pointer}/op", "bigger"), key, f"{pointer}/op"
        )
        yield Mutant(
            f"{name}{pointer}: no operator", put(graph, index, f"{pointer}/op", None, remove=True), key, f"{pointer}/op"
        )
        yield Mutant(
            f"{name}{pointer}: no left", put(graph, index, f"{pointer}/left", None, remove=True), key, f"{pointer}/left"
        )
        if "right" in leaf:
            yield Mutant(
                f"{name}{pointer}: no right",
                put(graph, index, f"{pointer}/right", None, remove=True),
                key,
                f"{pointer}/right",
            )
            yield Mutant(
                f"{name}{pointer}: compared with an object",
                put(graph, index, f"{pointer}/right", {"a": 1}),
                key,
                f"{pointer}/right",
            )
        if leaf["op"] in ("gt", "gte", "lt", "lte"):
            yield Mutant(
                f"{name}{pointer}: number against text",
                put(graph, index, f"{pointer}/right", "5"),
                key,
                f"{pointer}/right",
            )
            yield Mutant(
                f"{name}{pointer}: list in an order",
                put(graph, index, f"{pointer}/left", {"$liquid": "{{ run.id | split: '-' }}"}),
                key,
                f"{pointer}/left",
            )
    for pointer, value in _leaves(node["config"]):
        del value
        if pointer.endswith("/all/0/op") or pointer.endswith("/any/0/op"):
            yield Mutant(f"{name}{pointer}: empty group", put(graph, index, pointer[:-5], []), key, pointer[:-9])


def _comparisons(config: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(config, dict):
        if "op" in config and "left" in config:
            yield pointer, config
        for name, part in config.items():
            yield from _comparisons(part, f"{pointer}/{name}")
    elif isinstance(config, list):
        for position, part in enumerate(config):
            yield from _comparisons(part, f"{pointer}/{position}")


def _edges(flow: str, graph: Any) -> Iterator[Mutant]:
    for index, edge in enumerate(graph["edges"]):

        def with_edge(index: int = index, **changes: str) -> Any:
            after = copy.deepcopy(graph)
            after["edges"][index].update(changes)
            return after

        words = f"{flow}: {edge['source']}:{edge['port']}>{edge['target']}"
        yield Mutant(f"{words} to nowhere", with_edge(target="nowhere"), edge["source"], None)
        yield Mutant(f"{words} from nowhere", with_edge(source="nowhere"), edge["target"], None)
        yield Mutant(f"{words} by no port", with_edge(port="sideways"), edge["source"], None)
        trigger = graph["nodes"][0]["key"]
        yield Mutant(f"{words} into the trigger", with_edge(target=trigger), trigger, None)
        double = copy.deepcopy(graph)
        double["edges"].append(dict(edge))
        yield Mutant(f"{words} twice", double, edge["source"], None, "warning")
        back = copy.deepcopy(graph)
        ports = {each["port"] for each in graph["edges"] if each["source"] == edge["target"]}
        if ports and edge["source"] != trigger and not edge["source"].startswith(("by_hand", "monday")):
            back["edges"].append({"source": edge["target"], "port": min(ports), "target": edge["source"]})
            yield Mutant(f"{words} and back", back, "*", None)
