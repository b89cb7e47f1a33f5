"""Conditions as rows and groups, for the builder of branches and filters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Given, Kind, Option, Schema, html_id, join, liquid_of
from helix.editor.forms.operators import LIST_RIGHT, NO_RIGHT, left_type, offered
from helix.expressions.words import type_words

TypeOf = Callable[[Given], Schema]
"""The schema of a left value, fixed or mapped; an empty one when nobody knows."""

FRESH_ROW: dict[str, JsonValue] = {"left": {"$liquid": ""}, "op": "eq", "right": ""}
DEPTH = 4


@dataclass(frozen=True)
class Row:
    """One comparison: left, operator, right (None where the operator needs none)."""

    pointer: str
    number: int
    left: Field
    op: Field
    right: Field | None

    is_row = True


@dataclass(frozen=True)
class Rows:
    """Rows and groups that must hold: all of them, or any. `bare`: a single row without a group around it."""

    pointer: str
    id: str
    mode: str
    items: tuple["Row | Rows | Unread", ...]
    bare: bool = False
    can_nest: bool = True

    is_row = False

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def list_pointer(self) -> str:
        """Where its rows lie."""
        return self.pointer if self.bare else join(self.pointer, self.mode)


@dataclass(frozen=True)
class Unread:
    """A part that is no condition; shown as JSON."""

    field: Field

    is_row = False


@dataclass(frozen=True)
class Branch:
    """One exit of a branch step."""

    pointer: str
    index: int
    port: str
    label: Field
    rows: Rows | Unread
    first: bool
    last: bool


def branches_of(config: Mapping[str, JsonValue], node: str, type_of_left: TypeOf) -> tuple[Branch, ...] | None:
    """The branches of a `logic.branch`, in their order; None when the config holds something else there."""
    listed = config.get("branches", [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return None
    found: list[Mapping[str, JsonValue]] = [each for each in listed if isinstance(each, dict)]
    drawn = []
    for index, branch in enumerate(found):
        pointer = f"/branches/{index}"
        place = join(pointer, "label")
        label = Field(
            kind="text", pointer=place, id=html_id(node, place), title=f"Name of branch {index + 1}", value=branch.get("label", ABSENT),
            mappable=False, placeholder=str(branch.get("port", "")),
        )  # fmt: skip
        rows = rows_of(branch.get("when", ABSENT), node, join(pointer, "when"), type_of_left)
        drawn.append(
            Branch(pointer, index, str(branch.get("port", "")), label, rows, index == 0, index == len(found) - 1)
        )
    return tuple(drawn)


def rows_of(when: Given, node: str, pointer: str, type_of_left: TypeOf, depth: int = 0) -> Rows | Unread:
    """The rows of a condition. Nothing at all shows one blank row; a single comparison is a group of one."""
    name = html_id(node, pointer)
    if when is ABSENT or when in ({}, {"all": []}, {"any": []}):
        blank = _row(FRESH_ROW, node, f"{pointer}/all/0", 1, type_of_left)
        return Rows(pointer, name, "all", (blank,))
    if isinstance(when, dict) and "op" in when and _is_row(when):
        return Rows(pointer, name, "all", (_row(when, node, pointer, 1, type_of_left),), bare=True)
    mode = next((each for each in ("all", "any") if isinstance(when, dict) and _is_group(when, each)), None)
    if mode is None or not isinstance(when, dict) or depth > DEPTH:
        return Unread(Field(kind="json", pointer=pointer, id=name, title="Condition", value=when, mappable=False))
    members = when[mode]
    items: list[Row | Rows | Unread] = []
    for index, part in enumerate(members if isinstance(members, list) else []):
        inside = join(join(pointer, mode), index)
        if isinstance(part, dict) and ("all" in part or "any" in part):
            items.append(rows_of(part, node, inside, type_of_left, depth + 1))
        elif isinstance(part, dict) and _is_row(part):
            items.append(_row(part, node, inside, index + 1, type_of_left))
        else:
            items.append(
                Unread(
                    Field(
                        kind="json",
                        pointer=inside,
                        id=html_id(node, inside),
                        title="Condition",
                        value=part,
                        mappable=False,
                    )
                )
            )
    return Rows(pointer, name, mode, tuple(items), can_nest=depth < DEPTH - 1)


def _is_row(part: Mapping[str, JsonValue]) -> bool:
    """Whether rows can show all of it; what they cannot show is shown as JSON, so that nothing is lost."""
    return part.keys() <= {"left", "op", "right"}


def _is_group(part: Mapping[str, JsonValue], mode: str) -> bool:
    return part.keys() == {mode} and isinstance(part[mode], list)


def _row(part: Mapping[str, JsonValue], node: str, pointer: str, number: int, type_of_left: TypeOf) -> Row:
    left, right = part.get("left", ABSENT), part.get("right", ABSENT)
    op = str(part.get("op", ""))
    schema = type_of_left(left)
    kind = left_type(schema)
    places = {name: join(pointer, name) for name in ("left", "op", "right")}
    left_field = Field(
        kind="any", pointer=places["left"], id=html_id(node, places["left"]), title=f"Value {number}", value=left, keep_empty=True,
        required=True, type_words=type_words(schema), redraw=True, placeholder="Value of an earlier step",
    )  # fmt: skip
    op_field = Field(
        kind="choice", pointer=places["op"], id=html_id(node, places["op"]), title=f"Comparison {number}", value=op, required=True,
        mappable=False, redraw=True, options=offered(kind, op),
    )  # fmt: skip
    right_field = None if op in NO_RIGHT else _right(right, kind, op, schema, node, places["right"], number)
    return Row(pointer, number, left_field, op_field, right_field)


def _right(value: Given, kind: str, op: str, schema: Schema, node: str, pointer: str, number: int) -> Field:
    drawn = _right_kind(value, kind, op)
    options: tuple[Option, ...] = ()
    if drawn == "choice" and schema.get("enum") and kind == "text":
        options = tuple(Option(str(each), str(each), chosen=each == value) for each in schema["enum"])
    elif drawn == "choice":
        options = (Option("true", "true", chosen=value is True), Option("false", "false", chosen=value is False))
    rows = value if drawn == "list" and isinstance(value, list) else []
    item: Kind = "number" if kind == "number" else "any"
    children = tuple(
        Field(kind=item if _simple(each, item) else "any", pointer=join(pointer, i), id=html_id(node, join(pointer, i)), title=f"Item {i + 1}",
              value=each, keep_empty=True)
        for i, each in enumerate(rows)
    )  # fmt: skip
    return Field(
        kind=drawn, pointer=pointer, id=html_id(node, pointer), title=f"Compared with {number}", value=value, keep_empty=True, required=True,
        options=options, numeric=drawn == "choice" and kind == "boolean", children=children, fresh="",
    )  # fmt: skip


def _right_kind(value: Given, kind: str, op: str) -> Kind:
    if liquid_of(value) is not None:
        return "any"
    if op in LIST_RIGHT:
        return "list" if value is ABSENT or isinstance(value, list) or value == "" else "any"
    if kind == "number" and _simple(value, "number"):
        return "number"
    if kind == "boolean" and (value is ABSENT or isinstance(value, bool) or value == ""):
        return "choice"
    if kind in ("text", "date") and (value is ABSENT or isinstance(value, str)):
        return "text"
    return "any"


def _simple(value: Given, kind: Kind) -> bool:
    return (
        kind == "any"
        or value is ABSENT
        or (isinstance(value, int | float) and not isinstance(value, bool))
        or value == ""
    )
