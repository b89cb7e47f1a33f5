"""What a mutant is, and how a graph is changed at one place."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helix.expressions.parsing import is_expression


@dataclass(frozen=True)
class Mutant:
    """A valid flow with one mistake of this kind. `node` and `field`: where the check must find an error, or a warning where
    `severity` says so; “*” is anywhere."""

    kind: str
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


def value_at(config: Any, pointer: str) -> Any:
    """The value at a place of a config."""
    for part in parts(pointer):
        config = config[int(part)] if isinstance(config, list) else config[part]
    return config


def node_with(graph: Any, index: int, **changes: Any) -> Any:
    """The graph with other names beside the config of a step; None takes a name away."""
    after = copy.deepcopy(graph)
    for name, value in changes.items():
        if value is None:
            after["nodes"][index].pop(name, None)
        else:
            after["nodes"][index][name] = value
    return after


def leaves(config: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value and expression of a config, with its place."""
    if isinstance(config, dict) and not is_expression(config) and config:
        for name, part in config.items():
            yield from leaves(part, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(config, list) and config:
        for position, part in enumerate(config):
            yield from leaves(part, f"{pointer}/{position}")
    elif pointer:
        yield pointer, config


def after(graph: Any, key: str) -> set[str]:
    """The steps that a step leads to."""
    seen, waiting = set[str](), [key]
    while waiting:
        at = waiting.pop()
        fresh = {each["target"] for each in graph["edges"] if each["source"] == at} - seen
        seen |= fresh
        waiting += fresh
    return seen


def index_of(graph: Any, key: str) -> int:
    return next(index for index, node in enumerate(graph["nodes"]) if node["key"] == key)
