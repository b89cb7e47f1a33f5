"""JSON Schema to fields: which control draws what, with the value it holds."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Given, Group, Kind, Option, Schema, html_id, join, liquid_of
from helix.editor.forms.events import event_options
from helix.editor.forms.relevance import relevant
from helix.editor.forms.triggers import zones
from helix.editor.forms.waiting import units
from helix.editor.forms.words import humanize
from helix.expressions.words import type_words

MOST_ROWS = 100
MOST_CARDS = 25
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
"""The pattern of a time of day."""
MOST_BOXES = 12
"""So many choices are shown as boxes to tick."""
LONG_TEXT = 1_000
"""Text that may be this long gets more than a line."""
_SCALARS = ("string", "integer", "number", "boolean")


def fields_of(schema: Schema, given: Mapping[str, JsonValue], node: str, pointer: str = "") -> tuple[Field, ...]:
    """A field for every property of an object schema that matters as the others stand, required ones first."""
    required = set(schema.get("required", ()))
    properties: dict[str, Schema] = schema.get("properties", {})
    drawn = [
        field_of(part, given.get(name, ABSENT), node, join(pointer, name), name=name, required=name in required)
        for name, part in properties.items()
    ]
    return (*sorted(relevant(drawn, schema, given), key=lambda field: not field.required),)


def unknown_fields(schema: Schema, given: Mapping[str, JsonValue], node: str) -> tuple[Field, ...]:
    """What the config holds although the step has no such setting: shown, so that it can be removed."""
    if schema.get("additionalProperties", True) is not False:
        return ()
    names = [name for name in given if name not in schema.get("properties", {})]
    return tuple(
        Field(
            kind="json",
            pointer=join("", name),
            id=html_id(node, join("", name)),
            title=name,
            value=given[name],
            mappable=False,
            entry=name,
        )
        for name in names
    )


def field_of(
    schema: Schema, value: Given, node: str, pointer: str, *, name: str = "", required: bool = False, row: bool = False
) -> Field:
    """The field of one value. `row`: it stands in a list or table, and stays when it is emptied."""
    kind = kind_of(schema)
    note = ""
    if liquid_of(value) is None and (clash := _clash(kind, value)):
        kind, note = "json", clash
    items, extra = schema.get("items"), schema.get("additionalProperties")
    if row and kind in ("duration", "set", "picks"):
        kind = "number" if kind == "duration" else "json"
    common: dict[str, Any] = {
        "pointer": pointer,
        "id": html_id(node, pointer),
        "title": schema.get("title") or humanize(name),
        "help": schema.get("description", ""),
        "required": required,
        "advanced": bool(schema.get("x-advanced")),
        "value": value,
        "default": schema.get("default", ABSENT),
        "placeholder": _placeholder(schema, kind),
        "unit": schema.get("x-unit", "") or schema.get("unit", ""),
        "type_words": "" if kind in ("choice", "boolean", "set", "picks") else words_of(schema),
        "native": "time" if schema.get("pattern") == CLOCK and _is_clock(value) else "",
        "mappable": not schema.get("x-literal"),
        "minimum": schema.get("minimum", schema.get("exclusiveMinimum")),
        "maximum": schema.get("maximum", schema.get("exclusiveMaximum")),
        "choices": schema.get("x-choices", ""),
        "note": note,
        "keep_empty": row,
        "redraw": schema.get("x-choices") == "flows",
    }
    if liquid_of(value) is not None:
        return Field(kind=kind, **common)
    if kind == "choice":
        return Field(kind=kind, options=options_of(schema, value), numeric=_numeric(schema), **common)
    if kind == "duration":
        return Field(kind=kind, options=units(value), **common)
    if kind in ("set", "picks"):
        chosen = value if isinstance(value, list) else []
        return Field(
            kind=kind, options=event_options(chosen) if kind == "picks" else _set_options(items or {}, chosen), **common
        )
    if kind == "text" and schema.get("format") == "time-zone":
        return Field(kind=kind, options=tuple(Option(name, name) for name in zones()), **common)
    if kind in ("list", "items"):
        rows = value if isinstance(value, list) else []
        item: Schema = {**(items if isinstance(items, dict) else {}), **_handed_down(schema)}
        children = tuple(
            field_of(item, each, node, join(pointer, i), name=f"Item {i + 1}", required=True, row=True)
            for i, each in enumerate(rows)
        )
        return Field(kind=kind, children=children, fresh=fresh(item), numeric=_numeric(item), **common)
    if kind == "table":
        entries = value if isinstance(value, dict) else {}
        item = extra if isinstance(extra, dict) else {}
        children = tuple(_entry(item, entry, each, node, join(pointer, entry)) for entry, each in entries.items())
        return Field(kind=kind, children=children, fresh=fresh(item), only_type=_only_type(item), **common)
    if kind == "group":
        return Field(
            kind=kind, children=fields_of(schema, value if isinstance(value, dict) else {}, node, pointer), **common
        )
    if kind == "variant":
        return _variant(schema, value if isinstance(value, dict) else {}, node, pointer, common)
    return Field(kind=kind, **common)


def kind_of(schema: Schema) -> Kind:
    """Which control a schema is drawn with."""
    if schema.get("contentMediaType") == "application/json":
        return "json"
    if schema.get("readOnly"):
        return "fixed"
    if "enum" in schema:
        return "choice"
    if "const" in schema:
        return "fixed"
    if "$ref" in schema:
        return "json"
    if schema.get("x-discriminator") and schema.get("oneOf"):
        return "variant"
    types = schema.get("type")
    kinds = [each for each in (types if isinstance(types, list) else [types] if types else []) if each != "null"]
    if len(kinds) > 1:
        return "text" if set(kinds) == {"string", "integer"} else "any" if set(kinds) <= set(_SCALARS) else "json"
    if not kinds:
        return "json" if schema.get("oneOf") or schema.get("anyOf") or schema.get("properties") else "any"
    return _KINDS[kinds[0]](schema) if kinds[0] in _KINDS else "json"


def _string(schema: Schema) -> Kind:
    if schema.get("format") == "date-time":
        return "date-time"
    is_long = schema.get("x-multiline") or schema.get("contentMediaType") or schema.get("maxLength", 0) >= LONG_TEXT
    return "multiline" if is_long else "text"


def _array(schema: Schema) -> Kind:
    items = schema.get("items")
    if schema.get("x-events"):
        return "picks"
    if not isinstance(items, dict) or not items:
        return "list"
    if 1 < len(items.get("enum", ())) <= MOST_BOXES and all(isinstance(each, str) for each in items["enum"]):
        return "set"
    inner = kind_of(items)
    return (
        "items"
        if inner in ("group", "variant")
        else "list"
        if inner in ("text", "integer", "number", "choice", "any", "table")
        else "json"
    )


_KINDS: dict[str, Any] = {
    "string": _string,
    "integer": lambda schema: "integer",
    "number": lambda schema: "duration" if schema.get("x-unit") == "seconds" else "number",
    "boolean": lambda schema: "boolean",
    "array": _array,
    "object": lambda schema: "group" if schema.get("properties") else "table",
}


def _clash(kind: Kind, value: Given) -> str:
    """Why a value cannot be drawn with the control of its field, or "" when it can."""
    if value is ABSENT:
        return ""
    if kind in ("list", "items", "set", "picks"):
        if not isinstance(value, list):
            return "This holds something that is no list. It is shown as JSON so that nothing is lost."
        if kind in ("list", "items") and len(value) > (MOST_ROWS if kind == "list" else MOST_CARDS):
            return f"A long list ({len(value)}) is edited as JSON."
        if kind in ("set", "picks") and (
            len(set(map(repr, value))) < len(value) or not all(isinstance(each, str) for each in value)
        ):
            return "This list holds more than plain choices. It is shown as JSON so that nothing is lost."
        return ""
    if kind in ("table", "group", "variant"):
        return (
            ""
            if isinstance(value, dict)
            else "This holds something that is no object. It is shown as JSON so that nothing is lost."
        )
    if kind in ("json", "any"):
        return ""
    if kind == "boolean" and not isinstance(value, bool):
        return "This holds something that is not yes or no."
    return "This holds a list or an object, which does not belong here." if isinstance(value, list | dict) else ""


def _entry(item: Schema, entry: str, value: JsonValue, node: str, pointer: str) -> Field:
    kind: Kind = kind_of(item) if item else "any"
    if kind not in ("any", "boolean", "text", "integer", "number", "choice", "json"):
        kind = "json"
    if _clash(kind, value) and liquid_of(value) is None:
        kind = "json"
    options = options_of(item, value) if kind == "choice" else ()
    return Field(
        kind=kind, pointer=pointer, id=html_id(node, pointer), title=entry, entry=entry, value=value, keep_empty=True, required=True,
        type_words=type_words(item), options=options,
    )  # fmt: skip


def _variant(schema: Schema, value: Mapping[str, JsonValue], node: str, pointer: str, common: dict[str, Any]) -> Field:
    by = str(schema["x-discriminator"])
    kinds = {str(constant_of(option.get("properties", {}).get(by, {}))): option for option in schema["oneOf"]}
    now = value.get(by)
    chosen = kinds.get(now) if isinstance(now, str) else None
    place = join(pointer, by)
    switch = Field(
        kind="choice", pointer=place, id=html_id(node, place), title=humanize(by), required=True, redraw=True, mappable=False, value=value.get(by, ABSENT),
        options=tuple(Option(kind, humanize(kind), chosen=kind == now) for kind in kinds),
    )  # fmt: skip
    inner = (
        tuple(field for field in fields_of(chosen, value, node, pointer) if field.pointer != place) if chosen else ()
    )
    return Field(kind="variant", children=(switch, *inner), **common)


def constant_of(schema: Schema) -> JsonValue:
    """The one value of a constant or of a choice of one."""
    enum = schema.get("enum")
    constant: JsonValue = schema.get("const", enum[0] if isinstance(enum, list) and enum else schema.get("default"))
    return constant


def options_of(schema: Schema, value: Given) -> tuple[Option, ...]:
    """The entries of a choice; a value that is not offered is offered too, marked, so that it is not lost."""
    labels = schema.get("x-labels", {})
    found = [
        Option(_plain(each), labels.get(each) or humanize(_plain(each)), chosen=each == value)
        for each in schema.get("enum", ())
    ]
    if value is not ABSENT and value is not None and not any(option.chosen for option in found):
        found.append(Option(_plain(value), f"{_plain(value)} (not offered)", chosen=True))
    return tuple(found)


def words_of(schema: Schema) -> str:
    """A type in words for the head of a field; an object with free names is what a person sees: names and values."""
    words = {"table": "names and values", "duration": "a length of time", "json": "JSON"}
    return words.get(kind_of(schema)) or type_words(schema)


def _handed_down(schema: Schema) -> dict[str, Any]:
    """Marks of a list that hold for each of its items."""
    return {mark: schema[mark] for mark in ("x-choices", "x-literal") if mark in schema}


def _is_clock(value: Given) -> bool:
    return value is ABSENT or (isinstance(value, str) and (not value or bool(re.match(CLOCK, value))))


def _set_options(item: Schema, chosen: list[JsonValue]) -> tuple[Option, ...]:
    """Boxes to tick; a value that is not offered has one too, so that it is not lost."""
    labels = item.get("x-labels", {})
    offered = [str(each) for each in item.get("enum", ())]
    found = [Option(each, labels.get(each) or humanize(each), chosen=each in chosen) for each in offered]
    return (
        *found,
        *(Option(str(each), f"{each} (not offered)", chosen=True) for each in chosen if each not in offered),
    )


def fresh(schema: Schema) -> JsonValue:
    """What a new row holds: its default, the first choice, or something empty of its type."""
    if "default" in schema:
        default: JsonValue = schema["default"]
        return default
    if schema.get("x-discriminator") and schema.get("oneOf"):
        first = schema["oneOf"][0]
        return {
            str(schema["x-discriminator"]): constant_of(first.get("properties", {}).get(schema["x-discriminator"], {}))
        }
    if "enum" in schema:
        return constant_of(schema)
    types = schema.get("type")
    kind = types[0] if isinstance(types, list) and types else types
    empty: dict[str, JsonValue] = {"object": {}, "array": [], "boolean": False}
    return empty.get(str(kind), "")


def _plain(value: Given) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _numeric(schema: Schema) -> bool:
    offered: list[JsonValue] = schema.get("enum") or []
    return not all(isinstance(each, str) for each in offered)


def _only_type(item: Schema) -> str:
    """The one type that the values of a table have, or "" when each may have its own."""
    kind = item.get("type")
    return (
        {"boolean": "boolean", "integer": "number", "number": "number", "string": "text"}.get(kind, "")
        if isinstance(kind, str)
        else ""
    )


def _placeholder(schema: Schema, kind: Kind) -> str:
    examples = schema.get("examples") or []
    if kind == "json":
        return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else "{ }"
    if kind in ("list", "table"):
        inner = examples[0] if examples else None
        first: Iterable[Any] = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else []
        return next((str(each) for each in first if isinstance(each, str | int | float)), "")
    default = schema.get("default")
    if kind == "choice":
        return next((option.label for option in options_of(schema, ABSENT) if option.value == default), "")
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        return f"{default}"
    return f"{examples[0]}" if examples and isinstance(examples[0], str | int | float) else ""


def grouped(fields: Iterable[Field], rules: Iterable[Mapping[str, Any]]) -> tuple[Group, ...]:
    """Fields in groups: those that a rule binds together stand together, with the rule in words."""
    by_name = {field.pointer[1:].replace("~1", "/").replace("~0", "~"): field for field in fields}
    notes: dict[frozenset[str], set[str]] = {}
    for rule in rules:
        names = frozenset(name for name in rule.get("fields", ()) if name in by_name)
        if len(names) > 1 and rule.get("rule") in ("exactly_one", "at_most_one", "at_least_one"):
            notes.setdefault(names, set()).add(str(rule["rule"]))
    groups: list[Group] = []
    placed: set[str] = set()
    for name, field in by_name.items():
        if name in placed:
            continue
        bound = next((names for names in notes if name in names), None)
        if bound is None:
            groups.append(Group((field,)))
            continue
        members = [each for each in by_name if each in bound and each not in placed]
        placed.update(members)
        groups.append(Group(tuple(by_name[each] for each in members), _note(notes[bound])))
    return tuple(groups)


def _note(rules: set[str]) -> str:
    if "exactly_one" in rules or {"at_most_one", "at_least_one"} <= rules:
        return "Give exactly one of these."
    return "Give at most one of these." if "at_most_one" in rules else "Give at least one of these."
