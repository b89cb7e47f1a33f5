"""The fields that a form is made of: frozen data with everything a template prints. How they are derived is forms/."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from pydantic import JsonValue

Schema = Mapping[str, Any]

Kind = Literal[
    "text", "multiline", "integer", "number", "boolean", "choice", "date-time", "json", "any",
    "list", "items", "table", "group", "variant", "set", "picks", "duration", "fixed",
]  # fmt: skip


class Absent(Enum):
    """A value that is not there: not the same as null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Given = JsonValue | Literal[Absent.ABSENT]


def join(pointer: str, part: str | int) -> str:
    """The JSON pointer one step further in."""
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def parts_of(pointer: str) -> list[str]:
    """The names and positions of a JSON pointer; an `@` in front is not one of them."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def html_id(node: str, pointer: str) -> str:
    """An id for the control of a field: unique in the page, since it holds the step's key."""
    safe = "".join(c if c.isascii() and c.isalnum() else {"/": "-", "_": "__"}.get(c, f"_{ord(c):x}_") for c in pointer)
    return f"f-{node}-{safe.strip('-')}"


def liquid_of(value: Given) -> str | None:
    """The Liquid text of a mapped value, or None when the value is a fixed one."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("$liquid"), str):
        return str(value["$liquid"])
    return None


def type_of(value: Given) -> str:
    """What a fixed or mapped value is, in the words of the type switch: text, number, boolean, null, json, mapped."""
    if value is ABSENT or isinstance(value, str):
        return "text"
    if liquid_of(value) is not None:
        return "mapped"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "null" if value is None else "json"


@dataclass(frozen=True)
class Option:
    """One entry of a choice."""

    value: str
    label: str
    help: str = ""
    chosen: bool = False
    disabled: bool = False
    group: str = ""
    """The heading it stands under, where there are many."""


@dataclass(frozen=True)
class Field:
    """One field with its value. `pointer` leads into the step's config, or with `@` to a setting of the step itself."""

    kind: Kind
    pointer: str
    id: str
    title: str
    help: str = ""
    required: bool = False
    advanced: bool = False
    mappable: bool = True
    value: Given = ABSENT
    default: Given = ABSENT
    placeholder: str = ""
    unit: str = ""
    type_words: str = ""
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[Option, ...] = ()
    choices: str = ""
    """The list of the account that values are picked from: segments, broadcasts, newsletters, transactional."""
    children: tuple["Field", ...] = ()
    fresh: Given = ABSENT
    """What a new row of a list or table holds."""
    entry: str | None = None
    """The name of this entry, when it is a row of a table."""
    only_type: str = ""
    """The one type that entries of a table may have, when the schema says so."""
    note: str = ""
    numeric: bool = False
    """A list or choice of numbers."""
    redraw: bool = False
    """Changing it changes other parts of the form."""
    native: str = ""
    """The type of the browser's own input that fits: time."""
    keep_empty: bool = False
    """Emptied text stays as empty text: rows of lists and tables do not vanish while one types."""

    @property
    def template(self) -> str:
        """The template that draws the control."""
        return f"editor/inspector/controls/{'mapping' if self.mapped is not None else self.kind}.html"

    @property
    def mapped(self) -> str | None:
        """The Liquid text when the value is mapped."""
        return liquid_of(self.value)

    @property
    def given(self) -> bool:
        """Whether the config holds anything here."""
        return self.value is not ABSENT

    @property
    def label(self) -> bool:
        """Whether the title is a label of one control (else it names a group)."""
        return self.mapped is not None or self.kind not in (
            "list",
            "items",
            "table",
            "group",
            "variant",
            "set",
            "picks",
            "fixed",
        )

    @property
    def value_type(self) -> str:
        return type_of(self.value)

    @property
    def text(self) -> str:
        """The value as it stands in a text control."""
        if self.value is ABSENT or (self.value is None and self.kind != "json"):
            return ""
        if isinstance(self.value, str):
            return self.value if self.kind != "json" else json.dumps(self.value, ensure_ascii=False)
        indent = 2 if isinstance(self.value, dict | list) else None
        return json.dumps(self.value, ensure_ascii=False, indent=indent)

    @property
    def amount(self) -> str:
        """A length of time in its chosen unit."""
        size = next((int(option.value) for option in self.options if option.chosen), 1)
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            return self.text
        return json.dumps(self.value // size if self.value % size == 0 else self.value / size)

    @property
    def checked(self) -> bool:
        """A switch without a value stands on its default."""
        return self.default is True if self.value is ABSENT else self.value is True

    @property
    def default_json(self) -> str:
        return "" if self.default is ABSENT else json.dumps(self.default, ensure_ascii=False)

    @property
    def fresh_json(self) -> str:
        return "" if self.fresh is ABSENT else json.dumps(self.fresh, ensure_ascii=False)

    @property
    def when_empty(self) -> str:
        """What becomes of the value when a person empties the control: it is removed, or kept as empty text."""
        return "keep" if self.keep_empty else "remove"

    @property
    def parts(self) -> tuple["Field", ...]:
        """The parts of an object that are drawn at once; fixed ones only when they hold something."""
        return tuple(child for child in self.children if not child.advanced and (child.kind != "fixed" or child.given))

    @property
    def more(self) -> tuple["Field", ...]:
        """The rarely used parts of an object."""
        return tuple(child for child in self.children if child.advanced and (child.kind != "fixed" or child.given))

    @property
    def more_open(self) -> bool:
        return any(child.given for child in self.more)

    @property
    def chosen_count(self) -> int:
        return sum(option.chosen for option in self.options)

    @property
    def count(self) -> int:
        return len(self.children)

    @property
    def shape(self) -> str:
        """What the drawn control depends on; when the value's shape is another, the form is drawn again."""
        if self.mapped is not None:
            return "mapped"
        if self.kind in ("list", "items"):
            return f"[{len(self.children)}]"
        if self.kind == "table":
            return json.dumps([child.entry for child in self.children], ensure_ascii=False, separators=(",", ":"))
        return self.value_type if self.kind == "any" else "fixed"

    @property
    def shape_kind(self) -> str:
        return "list" if self.kind in ("list", "items") else self.kind if self.kind in ("table", "any") else "one"


@dataclass(frozen=True)
class Group:
    """Fields that belong together, with what binds them ("give one of these"). Without a note: ordinary fields."""

    fields: tuple[Field, ...]
    note: str = ""
    title: str = ""
