"""A small picture of a graph: boxes in columns by how far they are from a trigger, and lines between them. Pure."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from helix.flows.steps import STEP_TYPES

WIDE, HIGH, ACROSS, DOWN, EDGE = 26, 14, 40, 22, 6


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    family: str
    name: str


@dataclass(frozen=True)
class Line:
    d: str


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture_of(graph: dict[str, Any]) -> Picture:
    """The graph from left to right; steps of one column stand below each other in the order of the graph."""
    columns = _columns(graph)
    used: Counter[int] = Counter()
    boxes: dict[str, Box] = {}
    for node in graph["nodes"]:
        column = columns[node["key"]]
        boxes[node["key"]] = Box(
            EDGE + ACROSS * column, EDGE + DOWN * used[column], STEP_TYPES[node["type"]].family, node["name"]
        )
        used[column] += 1
    lines = tuple(_line(boxes[edge["source"]], boxes[edge["target"]]) for edge in graph["edges"])
    width = 2 * EDGE + ACROSS * max(used) + WIDE
    return Picture(width, 2 * EDGE + DOWN * (max(used.values()) - 1) + HIGH, tuple(boxes.values()), lines)


def _columns(graph: dict[str, Any]) -> dict[str, int]:
    found = {node["key"]: 0 for node in graph["nodes"]}
    for _ in found:
        moved = False
        for edge in graph["edges"]:
            if found[edge["target"]] <= found[edge["source"]] < len(found):
                found[edge["target"]], moved = found[edge["source"]] + 1, True
        if not moved:
            break
    return found


def _line(one: Box, two: Box) -> Line:
    x, y, to_x, to_y = one.x + WIDE, one.y + HIGH // 2, two.x, two.y + HIGH // 2
    half = (x + to_x) // 2
    return Line(f"M{x} {y}C{half} {y} {half} {to_y} {to_x} {to_y}")
