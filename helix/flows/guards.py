"""What conditions on the way to a step have shown: the paths of data that are certainly there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.path import Path as PathExpression
from liquid.builtin.expressions.primitive import StringLiteral
from pydantic import JsonValue

from helix.expressions.errors import ExpressionError
from helix.expressions.narrow import Path, plain_path
from helix.expressions.parsing import MARK, is_expression, parse
from helix.flows.steps.logic import branches, otherwise

if TYPE_CHECKING:
    from helix.flows.subject import Subject

Paths = frozenset[Path]
NONE: Paths = frozenset()
MOST_DEPTH = 10
_MEANS_VALUE = frozenset(
    {"exists", "is_not_empty", "gt", "gte", "lt", "lte", "contains", "starts_with", "ends_with", "in", "matches"}
)
_MEANS_NOTHING = frozenset({"not_exists", "is_empty"})


def shown_by_ports(subject: Subject) -> list[tuple[int, Paths]]:
    """For every way out of a branch or filter that shows something: its bit in the sets of `Paths`, and what it shows."""
    found = []
    for key, node in subject.nodes.items():
        if node.type == "logic.filter":
            shown = {"next": present_if(node.config.get("when"), True)}
        elif node.type == "logic.branch":
            shown = {port: _by_port(node.config, port) for port in subject.ports(node) or ()}
        else:
            continue
        found += [(subject.paths.port_bit(key, port), paths) for port, paths in shown.items() if paths]
    return found


def present_at(subject: Subject, key: str) -> Paths:
    """The paths that are there whenever this step runs, because a branch or filter before it has asked."""
    implied = subject.paths.implied[key]
    return _union(paths for bit, paths in subject.shown if implied & bit)


def _by_port(config: dict[str, JsonValue], port: str) -> Paths:
    """What the branches have shown when this port is taken: those before did not hold, the one taken does."""
    failed: set[Path] = set()
    ways: list[set[Path]] = []
    for branch in branches(config):
        if branch.get("port") == port:
            ways.append(failed | present_if(branch.get("when"), True))
        failed |= present_if(branch.get("when"), False)
    if otherwise(config) == port:
        ways.append(failed)
    return frozenset(set.intersection(*ways)) if ways else NONE


def present_if(when: JsonValue, holds: bool, depth: int = 0) -> Paths:
    """The paths that are there, and not null, when this condition holds, or when it does not."""
    if not isinstance(when, dict) or depth > MOST_DEPTH:
        return NONE
    for name in ("all", "any"):
        parts = when.get(name)
        if isinstance(parts, list):
            each = [present_if(part, holds, depth + 1) for part in parts]
            return _union(each) if (name == "all") == holds else _common(each)
    op, left = when.get("op"), when.get("left")
    if not is_expression(left) or not isinstance(left, dict) or not isinstance(op, str):
        return NONE
    read = _read(str(left[MARK]))
    if read is None:
        return NONE
    path, filters = read
    if filters == ("size",):
        return _by_size(path, op, when.get("right"), holds)
    means_value = op in _MEANS_VALUE or (op == "eq" and when.get("right") is not None)
    there = (
        (means_value and holds)
        or (op in _MEANS_NOTHING and not holds)
        or (op == "eq" and when.get("right", 0) is None and not holds)
    )
    if filters == ("default",):
        there = (op, holds) in (("is_not_empty", True), ("is_empty", False))
    return frozenset({path}) if there and filters in ((), ("default",)) else NONE


def _by_size(path: Path, op: str, right: JsonValue, holds: bool) -> Paths:
    """A list whose size is not 0 has a first and a last item."""
    if not isinstance(right, int) or isinstance(right, bool):
        return NONE
    filled = (
        (holds and ((op == "gt" and right >= 0) or (op in ("gte", "eq") and right >= 1) or (op == "ne" and right == 0)))
        or (not holds and ((op == "lt" and right >= 1) or (op == "lte" and right >= 0) or (op == "eq" and right == 0)))
    )  # fmt: skip
    return frozenset({path, (*path, 0), (*path, "first"), (*path, "last")}) if filled else NONE


def _union(each: Iterable[Paths]) -> Paths:
    return frozenset().union(*each)


def _common(each: list[Paths]) -> Paths:
    return frozenset.intersection(*each) if each else NONE


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Path, tuple[str, ...]] | None:
    """The path and filters of a lone expression; `default` is named only when its value is empty text."""
    try:
        lone = parse(text).lone
    except ExpressionError:
        return None
    if not isinstance(lone, FilteredExpression) or not isinstance(lone.left, PathExpression):
        return None
    path = plain_path(lone.left)
    names = []
    for used in lone.filters or ():
        empty = used.name == "default" and (
            not used.args or (isinstance(used.args[0].value, StringLiteral) and not used.args[0].value.value)
        )
        names.append(used.name if used.name != "default" or empty else "other default")
    return (path, tuple(names)) if path else None
