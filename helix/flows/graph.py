"""The graph: what a person draws. Read once, strictly as JSON and leniently as a draft; what it means is check.py's."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from helix.flows.json_text import UnreadableGraph, look_through, read_json, unreadable
from helix.flows.problems import Problem, pointer
from helix.flows.upgrades import upgraded

__all__ = ["FORMAT", "MAX_NODES", "Edge", "Graph", "Node", "Position", "UnreadableGraph", "read_graph"]

FORMAT = 1
MAX_NODES = 500
MAX_EDGES = 2_000
MAX_NOTES = 500
MAX_NAME = 200


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Position(_Part):
    """Where a step is drawn, in pixels."""

    x: float = 0
    y: float = 0


class Node(_Part):
    """A step as drawn. Settings a draft has wrong (`retry`, `timeout_seconds`, …) are kept as they are for the check."""

    key: str
    type: str
    name: str = ""
    connection: str | None = None
    config: dict[str, JsonValue] = {}
    position: Position = Position()
    retry: JsonValue = None
    timeout_seconds: JsonValue = None
    on_error: JsonValue = "fail"
    unknown: tuple[str, ...] = ()
    """Names in the document that a step does not have."""

    @property
    def title(self) -> str:
        """What a person calls the step."""
        return self.name.strip() or self.key

    def as_json(self) -> dict[str, JsonValue]:
        """The step as in the document, without what is as usual."""
        found: dict[str, JsonValue] = {"key": self.key, "type": self.type, "name": self.name}
        if self.connection is not None:
            found["connection"] = self.connection
        found |= {"config": self.config, "position": {"x": self.position.x, "y": self.position.y}}
        if self.retry is not None:
            found["retry"] = self.retry
        if self.timeout_seconds is not None:
            found["timeout_seconds"] = self.timeout_seconds
        if self.on_error != "fail":
            found["on_error"] = self.on_error
        return found


class Edge(_Part):
    """A connection between two steps: the target follows when the source leaves by the port."""

    source: str
    port: str = "next"
    target: str

    def as_json(self) -> dict[str, JsonValue]:
        return {"source": self.source, "port": self.port, "target": self.target}


class Graph(_Part):
    """Steps, the connections between them, and notes (which mean nothing to a run)."""

    format: int = FORMAT
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[JsonValue, ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        """The graph as JSON; reading it again gives an equal graph."""
        return {
            "format": self.format,
            "nodes": [node.as_json() for node in self.nodes],
            "edges": [edge.as_json() for edge in self.edges],
            "notes": list(self.notes),
        }

    def node(self, key: str) -> Node | None:
        """The first step of this key."""
        return next((node for node in self.nodes if node.key == key), None)


def read_graph(source: bytes | str | object) -> Graph:
    """The graph of a JSON document (bytes, text, or its value already read).

    UnreadableGraph with all problems when it is no JSON, no graph, or larger than 500 steps, 2 MB, depth 64 or 50,000
    names. A step without config, or of an unknown type, is readable: the check says what it lacks.
    """
    if isinstance(source, (bytes, bytearray, str)):
        value: Any = read_json(bytes(source) if isinstance(source, bytearray) else source)
    else:
        look_through(source)
        value = source
    return _Reader().graph(value)


class _Reader:
    """Collects everything that keeps a document from being a graph."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, place: str, message: str, hint: str) -> None:
        if len(self.problems) < 50:
            self.problems.append(Problem("error", "bad_shape", message, hint, field=place))

    def graph(self, value: Any) -> Graph:
        if not isinstance(value, dict):
            raise unreadable(
                "not_a_graph",
                "This is no graph: it is not an object.",
                'Send {"format": 1, "nodes": […], "edges": […]}.',
                "",
            )
        value = upgraded(value, FORMAT)
        form = value.get("format", FORMAT)
        if not isinstance(form, int) or isinstance(form, bool) or form != FORMAT:
            words = f"This graph is of format {str(form)[:20]}; this Helix reads format {FORMAT}."
            raise unreadable(
                "unknown_format", words, "Update Helix, or export the flow from an older version.", "/format"
            )
        lists = {
            name: self._list(value, name, most)
            for name, most in (("nodes", MAX_NODES), ("edges", MAX_EDGES), ("notes", MAX_NOTES))
        }
        nodes = [self._node(each, pointer("nodes", index)) for index, each in enumerate(lists["nodes"])]
        edges = [self._edge(each, pointer("edges", index)) for index, each in enumerate(lists["edges"])]
        if self.problems:
            raise UnreadableGraph(self.problems)
        return Graph.model_construct(
            format=FORMAT,
            nodes=tuple(node for node in nodes if node),
            edges=tuple(edge for edge in edges if edge),
            notes=tuple(lists["notes"]),
        )

    def _list(self, value: Mapping[str, Any], name: str, most: int) -> list[Any]:
        found = value.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            self.wrong(pointer(name), f"“{name}” is not a list.", f"Make “{name}” a list, empty if need be.")
            return []
        if len(found) > most:
            words = f"A flow may have {most} {name}; this one has {len(found)}."
            raise unreadable("too_large", words, "Split it into several flows.", pointer(name))
        return found

    def _node(self, value: Any, place: str) -> Node | None:
        if not isinstance(value, dict):
            self.wrong(place, "A step is not an object.", 'Each step is {"key", "type", "name", "config", …}.')
            return None
        before = len(self.problems)
        texts = {
            name: self._text(value, name, place, needed=name in ("key", "type"))
            for name in ("key", "type", "name", "connection")
        }
        config = value.get("config")
        if config is not None and not isinstance(config, dict):
            self.wrong(
                f"{place}/config",
                "The settings (“config”) of a step are not an object.",
                "Make “config” an object: names and values.",
            )
        position = self._position(value.get("position"), f"{place}/position")
        if len(self.problems) > before:
            return None
        known = Node.model_fields.keys() - {"unknown"}
        on_error = value.get("on_error")
        return Node.model_construct(
            key=texts["key"] or "", type=texts["type"] or "", name=texts["name"] or "", connection=texts["connection"] or None,
            config=config or {}, position=position, retry=value.get("retry"), timeout_seconds=value.get("timeout_seconds"),
            on_error="fail" if on_error is None else on_error, unknown=tuple(sorted(value.keys() - known)),
        )  # fmt: skip

    def _edge(self, value: Any, place: str) -> Edge | None:
        if not isinstance(value, dict):
            self.wrong(place, "A connection between steps is not an object.", 'Each is {"source", "port", "target"}.')
            return None
        source, target = (self._text(value, name, place, needed=True) for name in ("source", "target"))
        port = self._text(value, "port", place, needed=False)
        if source is None or target is None:
            return None
        return Edge.model_construct(source=source, port=port or "next", target=target)

    def _text(self, value: Mapping[str, Any], name: str, place: str, *, needed: bool) -> str | None:
        found = value.get(name)
        if found is None and not needed:
            return None
        if isinstance(found, str) and (found or not needed) and len(found) <= MAX_NAME:
            return found
        what = (
            "missing"
            if found in (None, "")
            else "not text"
            if not isinstance(found, str)
            else f"longer than {MAX_NAME} characters"
        )
        self.wrong(
            f"{place}/{name}", f"“{name}” is {what}.", f"Give “{name}” as text of at most {MAX_NAME} characters."
        )
        return None

    def _position(self, value: Any, place: str) -> Position:
        if value is None:
            return Position()
        at = [value.get(axis, 0) for axis in "xy"] if isinstance(value, dict) else []
        if not at or not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in at):
            self.wrong(place, "The position of a step is not {x, y} in numbers.", 'Write {"x": 0, "y": 0}.')
            return Position()
        return Position.model_construct(x=at[0], y=at[1])
