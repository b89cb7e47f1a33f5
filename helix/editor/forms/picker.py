"""The data picker: what the steps before a step give, as a typed tree, with what fits a field and why the rest does not."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helix.editor.fields import ABSENT, Given, Schema
from helix.editor.forms.operators import left_type
from helix.editor.forms.paths import value_at
from helix.expressions.words import type_words
from helix.flows.scope import PathEntry

Fits = Callable[[Schema, Schema], str | None]
"""Why a found type does not fit a wanted one, None when it does (helix.flows.scope.fits)."""

ICONS = {
    "text": "type", "number": "hash", "boolean": "toggle-left", "object": "braces", "list": "brackets", "date": "calendar-clock",
    "": "circle-dashed",
}  # fmt: skip
DEPTH_OPEN = 4
_OWN = {
    "item": ("Item of the loop", "repeat", "logic"),
    "trigger": ("Trigger", "zap", "triggers"),
    "run": ("This run", "play", "logic"),
    "flow": ("This flow", "workflow", "logic"),
}


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
    title: str
    name: str
    words: str
    level: int
    kind: str
    """Its type as conditions know it: text, number, boolean, list, object, date, or nothing."""
    type_words: str
    reason: str
    warning: str
    last: str
    derived: bool = False
    parent: bool = False

    @property
    def fits(self) -> bool:
        return not self.reason

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def folded(self) -> bool:
        """Deep places are shown on demand."""
        return self.level > DEPTH_OPEN


@dataclass(frozen=True)
class Picker:
    """What is picked for. `last` is the scope as the last run left it; `in_text`: the value goes between other text."""

    wanted: Schema
    fits: Fits
    last: Mapping[str, Any] | None = None
    in_text: bool = False

    def sources(self, entries: Iterable[PathEntry], names: Mapping[str, tuple[str, str, str]]) -> tuple[Source, ...]:
        """The tree; `names`: step key -> (name, icon, family)."""
        by_root: dict[str, list[PathEntry]] = {}
        for entry in entries:
            by_root.setdefault(f"steps.{entry.source}" if entry.source else _root(entry.path), []).append(entry)
        found = []
        for root, members in by_root.items():
            title, icon, family = names.get(members[0].source) or _OWN.get(root, (root, "circle-dot", "logic"))
            found.append(Source(root, title, icon, family, tuple(self._rows(members, title))))
        return tuple(found)

    def _rows(self, members: list[PathEntry], title: str) -> Iterable[Choice]:
        lists = {entry.path for entry in members if left_type(entry.schema) == "list"}
        for entry, following in zip(members, [*members[1:], None], strict=True):
            holder, dot, name = entry.path.rpartition(".")
            if dot and name == "size" and holder in lists:
                continue  # offered as the filter, which a person can read
            yield self._row(entry, title, parent=following is not None and following.depth > entry.depth)
            if entry.path in lists:
                yield self._size(entry, title)

    def _row(self, entry: PathEntry, source: str, *, parent: bool) -> Choice:
        value = value_at(entry.path, self.last) if self.last is not None else ABSENT
        tail = entry.path.rpartition(".")[2]
        whole = entry.depth == 0
        return Choice(
            path=entry.path,
            insert=f"{{{{ {entry.path} }}}}",
            title="Everything" if whole else entry.title or tail,
            name="" if whole or entry.title == tail or tail.endswith("]") else tail,
            words=source if whole else f"{source} › {entry.title or tail}",
            level=entry.depth + 1,
            kind=left_type(entry.schema),
            type_words=type_words(entry.schema),
            reason=self._reason(entry.schema),
            warning="" if entry.certain else _sentence(entry.reason or "it may not be there"),
            last=_short(value),
            parent=parent,
        )

    def _size(self, entry: PathEntry, source: str) -> Choice:
        value = value_at(entry.path, self.last) if self.last is not None else ABSENT
        count: Schema = {"type": "integer"}
        return Choice(
            path=f"{entry.path} | size",
            insert=f"{{{{ {entry.path} | size }}}}",
            title="Number of items",
            name="size",
            words=f"{source} › {entry.title} › number of items",
            level=entry.depth + 2,
            kind="number",
            type_words=type_words(count),
            reason=self._reason(count),
            warning="" if entry.certain else _sentence(entry.reason or "it may not be there"),
            last=_short(len(value)) if isinstance(value, list) else "",
            derived=True,
        )

    def _reason(self, schema: Schema) -> str:
        if self.in_text:
            inner = left_type(schema) in ("list", "object")
            return "A list or an object cannot stand inside text: pick one value of it." if inner else ""
        reason = self.fits(schema, self.wanted)
        return _sentence(reason if not reason.startswith("is ") else f"This {reason}") if reason else ""


def _root(path: str) -> str:
    """The name that a path begins with; the position of a loop stands with its item."""
    root = re.split(r"[.\[]", path, maxsplit=1)[0]
    return "item" if root == "index" else root


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _short(value: Given, most: int = 48) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, list):
        return f"{len(value)} items" if len(value) != 1 else "1 item"
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value or "empty text"
    return text if len(text) <= most else f"{text[:most]}…"
