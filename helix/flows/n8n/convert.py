"""A workflow of n8n as a graph and a report: node after node in the order in which they run."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n.data import Data, Sight
from helix.flows.n8n.keeping import kept
from helix.flows.n8n.made import Desk, Made, NoCounterpart
from helix.flows.n8n.mapping import MAPPED, NOTE, advice
from helix.flows.n8n.order import Picture
from helix.flows.n8n.reading import Source, Workflow, read_workflow
from helix.flows.n8n.report import Line, Report
from helix.flows.n8n.tokens import Untold
from helix.flows.n8n.values import Values
from helix.flows.rules.failing import KINDS
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.placeholder import PLACEHOLDER

LONGEST_KEY = 56
APART = (260, 100)
"""Cards nearer than this would cover each other."""
SEVERAL = Data(why="several paths meet here, so “$json” may be the data of any; name the step that is meant")
NONE = Data(why="nothing runs before this step")
PER_ITEM = (
    "n8n runs each node once for every item; Helix runs a step once, and once for every entry only behind “For each”. "
    "Look at each step that follows a list."
)


@dataclass(frozen=True)
class Converted:
    """A graph that the check can look at, and what became of each node."""

    name: str
    graph: dict[str, JsonValue]
    report: Report


def convert(value: Mapping[str, Any]) -> Converted:
    """The workflow as a graph. NotTaken, with a sentence, when it is too large or empty; never another error."""
    return _Converter(read_workflow(value)).converted()


class _Converter:
    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.picture = Picture(workflow)
        self.lines: dict[str, Line] = {}
        self.made: dict[str, Made] = {}
        self.keys: dict[str, list[str]] = {}
        self.taken: set[str] = set()
        self.gives: dict[str, Data] = {}
        self.nodes: list[JsonValue] = []
        self.places: list[tuple[int, int]] = []
        self.asides: dict[tuple[int, int], int] = {}
        """Where the next card that wants this place may stand."""
        self.notes: list[JsonValue] = []

    def converted(self) -> Converted:
        for name in self.picture.order:
            self._one(self.workflow.nodes[name])
        edges = self._edges()
        report = Report([self.lines[name] for name in self.workflow.nodes], [*self.workflow.remarks, PER_ITEM])
        graph: dict[str, JsonValue] = {"format": 1, "nodes": self.nodes, "edges": edges, "notes": self.notes}
        return Converted(self.workflow.name or "Workflow of n8n", graph, report)

    def _one(self, source: Source) -> None:
        line = self.lines[source.name] = Line(source.name, source.full_type, "step")
        if source.type == NOTE:
            line.fate = "note"
            self._note(source, source.text("content"), source.parameters)
            return
        key = self._key(source.name)
        line.key = key
        incoming = self._incoming(source.name)
        sight = Sight(incoming, {**self.gives, **self._items(source.name)})
        feeders = tuple(link.source for link in self.picture.before(source.name))
        desk = Desk(source, key, line, Values(line, sight), self.workflow, feeders, incoming)
        found = self._made(desk)
        self.made[source.name] = found[0]
        self.gives[source.name] = found[0].data or incoming
        self.keys[source.name] = [key, *(self._key(source.name) for _ in found[1:])]
        for own, each in zip(self.keys[source.name], found, strict=True):
            self.nodes.append(self._node(source, own, each))
        if isinstance(written := source.settings.get("notes"), str) and written.strip():
            self._note(source, f"{source.name}: {written}", {})

    def _made(self, desk: Desk) -> list[Made]:
        source = desk.source
        maker = MAPPED.get(source.type) if source.full_type.startswith("n8n-nodes-base.") else None
        if source.disabled:
            return [
                self._placeholder(
                    desk,
                    "it was switched off in n8n, where what came in went on. Remove it, or put a step in its place.",
                    None,
                )
            ]
        if maker is None:
            return [
                self._placeholder(
                    desk, advice(source.type, source.full_type), Data(why=f"“{source.name[:60]}” is a placeholder")
                )
            ]
        try:
            found = maker(desk)
        except NoCounterpart as reason:
            return [self._placeholder(desk, str(reason), Data(why=f"“{source.name[:60]}” is a placeholder"))]
        except Untold as reason:
            why = f"the data it works on could not be found: {reason}. Put the step that is meant in its place."
            return [self._placeholder(desk, why, Data(why=f"“{source.name[:60]}” is a placeholder"))]
        listed = found if isinstance(found, list) else [found]
        desk.line.became = STEP_TYPES[listed[0].type].title
        if len(listed) > 1:
            desk.remark(f"It became {len(listed)} triggers, one for each of its times.")
        return listed

    def _placeholder(self, desk: Desk, why: str, data: Data | None) -> Made:
        source, line = desk.source, desk.line
        line.fate, line.why, line.became = "placeholder", why, STEP_TYPES[PLACEHOLDER].title
        line.expressions.clear()
        outputs = max([link.output for link in self.picture.after(source.name)], default=0) + 1
        ports = {number: "next" if number == 0 else f"way_{number + 1}" for number in range(min(outputs, 50))}
        config: dict[str, JsonValue] = {
            "origin": "n8n",
            "was": source.full_type,
            "why": why[:1].upper() + why[1:],
            "outputs": len(ports),
            "parameters": kept(source.parameters),
        }
        return Made(PLACEHOLDER, config, ports=ports, data=data)

    def _node(self, source: Source, key: str, made: Made) -> dict[str, JsonValue]:
        node: dict[str, JsonValue] = {"key": key, "type": made.type, "name": source.name[:200], "config": made.config}
        node["position"] = self._free_place(source)
        if made.connection:
            node["connection"] = made.connection
        node |= made.more
        step = STEP_TYPES[made.type]
        if not step.can_fail or made.type == PLACEHOLDER:
            return node
        what = source.settings.get("onError")
        if what == "continueErrorOutput" and self._error_link(source.name, made):
            node["on_error"] = "branch"
        elif what in ("continueRegularOutput", "continueErrorOutput") or source.settings.get("continueOnFail") is True:
            node["on_error"] = "continue"
        if source.settings.get("retryOnFail") is True and (step.action is not None or made.type == "http.request"):
            node["retry"] = _retry(source.settings)
        return node

    def _free_place(self, source: Source) -> dict[str, JsonValue]:
        """n8n runs from left to right, Helix from top to bottom; a card that would cover another moves aside."""
        x, y = round(source.y * 1.4), round(source.x * 0.75)
        start = (x, y)
        x = self.asides.get(start, x)
        while any(abs(x - one) < APART[0] and abs(y - other) < APART[1] for one, other in self.places):
            x += APART[0] + 20
        self.places.append((x, y))
        self.asides[start] = x + APART[0] + 20
        return {"x": x, "y": y}

    def _error_link(self, name: str, made: Made) -> bool:
        return any(link.output == _mains(made) for link in self.picture.after(name))

    def _edges(self) -> list[JsonValue]:
        edges: list[JsonValue] = []
        for link in self.picture.drawn:
            made = self.made.get(link.source)
            if made is None or link.target not in self.made:
                continue
            port = made.port(link.output)
            fails = self.workflow.nodes[link.source].settings.get("onError") == "continueErrorOutput"
            if link.output == _mains(made) and fails and made.type != PLACEHOLDER:
                port = "error"
            if not port:
                self.lines[link.source].remarks.append(
                    f"Its way {link.output + 1} to “{link.target[:60]}” is not drawn: the step has no such way."
                )
                continue
            for source in self.keys[link.source]:
                edge: JsonValue = {"source": source, "port": port, "target": self.keys[link.target][0]}
                if edge not in edges[-60:]:
                    edges.append(edge)
        return edges

    def _incoming(self, name: str) -> Data:
        found: list[Data] = []
        for link in self.picture.before(name):
            made = self.made.get(link.source)
            if made is None:
                continue
            data = made.data_at.get(link.output) or self.gives[link.source]
            if data not in found:
                found.append(data)
        return NONE if not found else found[0] if len(found) == 1 else SEVERAL

    def _items(self, name: str) -> dict[str, Data]:
        """Inside of a loop, the node whose list it goes through means the item."""
        return {
            feeder: Data("item")
            for loop in self.picture.loops_around(name)
            for feeder in (link.source for link in self.picture.before(loop))
            if self.made.get(loop) and self.made[loop].type == "logic.for_each"
        }

    def _note(self, source: Source, text: str, given: Mapping[str, Any]) -> None:
        size = {
            name: given[name]
            for name in ("width", "height")
            if isinstance(given.get(name), (int, float)) and not isinstance(given.get(name), bool)
        }
        self.notes.append(
            {"text": text[:10_000], "position": {"x": round(source.y * 1.4), "y": round(source.x * 0.75)}, **size}
        )

    def _key(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].rstrip("_") or "step"
        base = base if base[0].isalpha() else f"step_{base}"
        key, number = base, 1
        while key in self.taken:
            number += 1
            key = f"{base}_{number}"
        self.taken.add(key)
        return key


def _mains(made: Made) -> int:
    """How many outputs a node has that are no errors."""
    return max(made.ports, default=0) + 1 if made.ports else 1


def _retry(settings: Mapping[str, Any]) -> dict[str, JsonValue]:
    def number(name: str, usual: float, most: float) -> float:
        found = settings.get(name, usual)
        return min(max(found, 0), most) if isinstance(found, (int, float)) and not isinstance(found, bool) else usual

    seconds = number("waitBetweenTries", 1000, 3_600_000) / 1000
    tries = max(1, int(number("maxTries", 3, 20)))
    return {"max_attempts": tries, "initial_seconds": seconds, "factor": 1, "max_seconds": seconds, "on": list(KINDS)}
