"""The data picker: what the steps before a step give, as a typed tree, with what fits a field and why the rest does not."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helix.editor.fields import ABSENT, Given, Schema
from helix.editor.forms.paths import Entry, value_at
from helix.editor.forms.words import type_words

Fits = Callable[[Schema, Schema], str | None]
"""Whether a found schema fits a wanted one (see helix.flows.scope.fits)."""

ICONS = {
    "text": "type", "whole number": "hash", "number": "hash", "yes or no": "toggle-left", "object": "braces", "list": "brackets",
    "date and time": "calendar-clock", "date": "calendar-days", "choice": "list", "anything": "circle-dashed",
}  # fmt: skip
DEPTH_OPEN = 4


@dataclass(frozen=True)
class Source:
    """Where data comes from: the trigger, a step, the run, the flow."""

    root: str
    title: str
    icon: str
    family: str
    rows: tuple["Choice", ...]


@dataclass(frozen=True)
class Choice:
    """One thing to pick. `insert` is the Liquid that a click puts in; `reason` says why it does not fit."""

    path: str
    insert: str
    name: str
    words: str
    level: int
    icon: str
    type_words: str
    fits: bool
    reason: str
    warning: str
    last: str
    derived: bool
    parent: bool

    @property
    def folded(self) -> bool:
        return self.level > DEPTH_OPEN


def sources_of(
    entries: Iterable[Entry],
    *,
    names: Mapping[str, tuple[str, str, str]],
    wanted: Schema,
    fits: Fits,
    last: Mapping[str, Any] | None = None,
    in_text: bool = False,
) -> tuple[Source, ...]:
    """The tree. `names`: step key -> (name, icon, family). `last`: the scope of the last run. `in_text`: goes between other text."""
    by_root: dict[str, list[Entry]] = {}
    for entry in entries:
        by_root.setdefault(_root(entry.path), []).append(entry)
    found = []
    for root, members in by_root.items():
        key = root.split(".", 1)[-1]
        title, icon, family = names.get(
            key if root.startswith("steps.") else root, _OWN.get(root, (root, "circle-dot", "logic"))
        )
        paths = {entry.path for entry in members}
        rows: list[Choice] = []
        for entry in sorted(members, key=lambda each: _place(each.path, [e.path for e in members])):
            rows += _choices(entry, root, paths, wanted, fits, last, in_text)
        found.append(Source(root, title, icon, family, tuple(rows)))
    return tuple(found)


_OWN = {
    "trigger": ("Trigger", "zap", "triggers"),
    "run": ("This run", "play", "logic"),
    "flow": ("This flow", "workflow", "logic"),
}


def _root(path: str) -> str:
    parts = path.split(".")
    return ".".join(parts[:2]) if parts[0] == "steps" else parts[0]


def _place(path: str, order: list[str]) -> tuple[int, ...]:
    """Keeps the order in which places are given, every parent before what is in it."""
    steps = [index for index, each in enumerate(order) if path == each or _inside(path, each)]
    return tuple(sorted(steps, key=lambda index: len(order[index])))


def _inside(path: str, parent: str) -> bool:
    return path.startswith(parent) and path[len(parent) : len(parent) + 1] in (".", "[")


def _choices(
    entry: Entry, root: str, paths: set[str], wanted: Schema, fits: Fits, last: Mapping[str, Any] | None, in_text: bool
) -> list[Choice]:
    schema, path = entry.schema, entry.path
    level = 1 + sum(1 for each in paths if _inside(path, each))
    value = value_at(path, last) if last is not None else ABSENT
    reason = _reason(schema, wanted, fits, in_text)
    is_list = schema.get("type") == "array"
    inner = any(_inside(each, path) for each in paths)
    rows = [
        Choice(
            path=path, insert=f"{{{{ {path} }}}}", name=_name(path, root), words=entry.words, level=level, icon=_icon(schema),
            type_words=type_words(schema), fits=reason is None, reason=reason or "",
            warning="" if entry.certain else entry.reason or "Not certain to be there.", last=_short(value), derived=False,
            parent=inner or is_list,
        )
    ]  # fmt: skip
    if is_list:
        rows.append(
            _derived(entry, "size", "number of items", {"type": "integer"}, level + 1, wanted, fits, value, in_text)
        )
        items = schema.get("items")
        if (
            isinstance(items, dict)
            and items
            and not any(_inside(each, path) and "[" in each[len(path) :] for each in paths)
        ):
            rows.append(_derived(entry, "first", "first item", items, level + 1, wanted, fits, value, in_text))
    return rows


def _derived(
    entry: Entry,
    name: str,
    words: str,
    schema: Schema,
    level: int,
    wanted: Schema,
    fits: Fits,
    value: Given,
    in_text: bool,
) -> Choice:
    reason = _reason(schema, wanted, fits, in_text)
    shown: Given = ABSENT
    if isinstance(value, list):
        shown = len(value) if name == "size" else value[0] if value else ABSENT
    return Choice(
        path=f"{entry.path} | {name}", insert=f"{{{{ {entry.path} | {name} }}}}", name=words, words=f"{entry.words} › {words}", level=level,
        icon=_icon(schema), type_words=type_words(schema), fits=reason is None, reason=reason or "",
        warning="" if entry.certain else entry.reason or "Not certain to be there.", last=_short(shown), derived=True, parent=False,
    )  # fmt: skip


def _reason(schema: Schema, wanted: Schema, fits: Fits, in_text: bool) -> str | None:
    if in_text:
        kind = schema.get("type")
        return (
            "A list or an object cannot stand inside text. Pick one value of it."
            if kind in ("array", "object")
            else None
        )
    return fits(schema, wanted)


def _name(path: str, root: str) -> str:
    tail = path[len(root) :].rsplit(".", 1)[-1]
    if path == root:
        return "All of it"
    return tail[:-3] + " · item" if tail.endswith("[0]") else tail.strip('["]')


def _icon(schema: Schema) -> str:
    words = type_words(schema)
    return ICONS.get(
        "list" if words.startswith("list") else words, "type" if schema.get("type") == "string" else "circle-dashed"
    )


def _short(value: Given, most: int = 48) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, list):
        return f"{len(value)} items" if len(value) != 1 else "1 item"
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value or "empty text"
    return text if len(text) <= most else f"{text[:most]}…"
