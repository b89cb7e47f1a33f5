"""`python -m tests.bench.check`: how long the check of a flow takes, and what memory, by the size of the flow. Pure computing."""

import json
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from helix.expressions.parsing import _parse
from helix.flows.check import CheckedGraph, ConnectionFacts, check
from helix.flows.graph import read_graph

SIZES = (20, 100, 500)
REPEATS = {20: 40, 100: 25, 500: 10}
EVERY_KEY = frozenset({"track", "app", "pipelines"})
CONNECTIONS = {"production": ConnectionFacts("production", "customerio", "eu", EVERY_KEY)}
Node = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One measured value, as the sitting of all benches keeps it."""

    name: str
    value: float
    unit: str
    how: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Keeps(Protocol):
    """What a sitting can do with a figure."""

    def add(self, *figures: Any) -> None: ...


def liquid(text: str) -> dict[str, str]:
    return {"$liquid": text}


def realistic(size: int) -> dict[str, Any]:
    """A flow of this many steps: leads that are cleaned, parted, told to Customer.io and brought together, block after block.

    Every block uses the data of the trigger, of the block before and of its own steps; every tenth step has a way for errors.
    """
    fields = [{"name": name, "type": kind, "required": name != "company"} for name, kind in FIELDS.items()]
    nodes: list[Node] = [{"key": "lead", "type": "trigger.manual", "name": "Lead", "config": {"fields": fields}}]
    edges: list[dict[str, str]] = []
    before, block = "lead", 0
    while len(nodes) + len(BLOCK) <= size:
        for short, node in _block(block, before):
            nodes.append({**node, "key": f"{short}_{block}", "name": f"{short.capitalize()} {block}"})
        for way in WAYS:
            source, port, target = way
            edges.append({"source": f"{source}_{block}", "port": port, "target": f"{target}_{block}"})
        edges.append({"source": before, "port": "next", "target": f"clean_{block}"})
        before, block = f"met_{block}", block + 1
    while len(nodes) < size:  # the rest in a row
        key = f"last_{len(nodes)}"
        values = {"line": liquid("{{ trigger.email | upcase }} of {{ flow.name }}")}
        nodes.append({"key": key, "type": "logic.set", "name": key, "config": {"values": values}})
        edges.append({"source": before, "port": "next", "target": key})
        before = key
    return {"format": 1, "nodes": nodes, "edges": edges, "notes": []}


FIELDS = {"email": "text", "company": "text", "seats": "integer", "met_on": "datetime"}
BLOCK = ("clean", "known", "identify", "event", "group", "note", "segments", "counts", "met")
WAYS = (
    ("clean", "next", "known"), ("known", "yes", "identify"), ("known", "no", "segments"), ("identify", "next", "event"),
    ("identify", "next", "group"), ("group", "error", "note"), ("group", "next", "met"), ("note", "next", "met"), ("event", "next", "met"),
    ("segments", "next", "counts"), ("counts", "next", "met"),
)  # fmt: skip


def _block(number: int, before: str) -> list[tuple[str, Node]]:
    """The steps of one block. What the block before gave is used with a default, as it may have gone another way."""
    email = liquid(f"{{{{ steps.clean_{number}.data.email }}}}")
    earlier = liquid(f"{{{{ steps.clean_{number - 1}.data.seats | plus: 1 }}}}" if number else "{{ trigger.seats }}")
    has_company = {"left": liquid("{{ trigger.company }}"), "op": "is_not_empty"}
    many = {"left": liquid(f"{{{{ steps.clean_{number}.data.seats }}}}"), "op": "gt", "right": 3}
    when = {"all": [has_company, many]}
    segments = f"steps.segments_{number}.data.segments"
    values = {
        "count": liquid(f"{{{{ {segments} | size }}}}"),
        "names": liquid(f"{{{{ {segments} | map: 'name' | compact | join: ', ' }}}}"),
    }
    why = liquid(
        f"{{{{ steps.group_{number}.error.message }}}} {{% if trigger.seats > 3 %}}large{{% else %}}small{{% endif %}}"
    )
    traits = {"email": email, "seats": earlier, "line": liquid("{{ trigger.email | split: '@' | last }} {{ run.id }}")}
    clean = {"email": liquid("{{ trigger.email | strip | downcase }}"), "seats": earlier}
    return [
        ("clean", {"type": "logic.set", "config": {"values": clean}}),
        ("known", {"type": "logic.branch", "config": {"branches": [{"port": "yes", "label": "Yes", "when": when}], "else": "no"}}),
        ("identify", _call("identify_person", userId=email, timestamp=liquid("{{ trigger.met_on }}"), traits=traits)),
        ("event", _call("track_event", userId=email, event="lead_captured", properties={"block": number, "by": liquid("{{ flow.name }}")})),
        ("group", {**_call("add_person_to_group", userId=email, groupId=liquid("{{ trigger.company }}")), "on_error": "branch"}),
        ("note", _call("track_event", userId="ops-team", event="link_failed", properties={"why": why})),
        ("segments", _call("get_segments")),
        ("counts", {"type": "logic.set", "config": {"values": values}}),
        ("met", {"type": "logic.join", "config": {"mode": "all"}}),
    ]  # fmt: skip


def _call(action: str, **config: Any) -> Node:
    return {"type": f"customerio.{action}", "connection": "production", "config": config}


def checked(text: str) -> CheckedGraph:
    """What saving does with a graph: read it, check it."""
    return check(read_graph(text), CONNECTIONS)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share / 100 * (len(ordered) - 1)))]


def check_bench() -> dict[str, dict[str, Any]]:
    """{name: {value, unit, how}} for flows of 20, 100 and 500 steps: milliseconds of wall and processor time, and peak memory.

    “warm” is the second and later checks of a flow that is being edited: its expressions are parsed already; “cold” is the
    first check of a process.
    """
    figures: dict[str, dict[str, Any]] = {}
    for size in SIZES:
        text = json.dumps(realistic(size))
        found = checked(text)
        if not found.ok or found.problems:
            raise AssertionError([problem.message for problem in found.problems][:5])
        for kind in ("warm", "cold"):
            wall, used = _timed(text, REPEATS[size] if kind == "warm" else 3, cold=kind == "cold")
            how = f"read and check a flow of {size} steps, {kind}, n={len(wall)}"
            for clock, times in (("wall", wall), ("cpu", used)):
                for share in (50, 95) if kind == "warm" else (50,):
                    figures[f"check.{size}.{kind}.{clock}.p{share}"] = {
                        "value": round(percentile(times, share), 2),
                        "unit": "ms",
                        "how": how,
                    }
        figures[f"check.{size}.peak"] = {
            "value": round(_peak(text) / 1024, 1),
            "unit": "KiB",
            "how": f"most memory held while a flow of {size} steps is read and checked",
        }
    return figures  # fmt: skip


def _timed(text: str, repeats: int, *, cold: bool) -> tuple[list[float], list[float]]:
    """Milliseconds of wall clock and of this thread's processor time, for each repeat."""
    wall, used = [], []
    for _ in range(repeats):
        if cold:
            _parse.cache_clear()
        at, spent = time.perf_counter(), time.thread_time()
        checked(text)
        wall.append((time.perf_counter() - at) * 1000)
        used.append((time.thread_time() - spent) * 1000)
    return wall, used


def _peak(text: str) -> int:
    tracemalloc.start()
    try:
        checked(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bench(sitting: Keeps) -> None:
    """Adds the figures to a sitting of all benches."""
    sitting.add(*[Figure(name, **found) for name, found in check_bench().items()])


if __name__ == "__main__":
    for name, found in check_bench().items():
        print(f"{name:<28} {found['value']:>10,.2f} {found['unit']:<4} {found['how']}")
