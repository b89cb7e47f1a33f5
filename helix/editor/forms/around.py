"""What a form takes from around its step: the fields of a flow that it calls, the steps inside a loop. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Option, Schema


def with_called_fields(schema: Schema, config: Mapping[str, JsonValue], called: Schema | None) -> dict[str, Any]:
    """The schema of a step that calls a flow, its values as the called flow asks for them. Names that it does not ask for
    keep the open table: nothing that is given goes out of sight."""
    found = dict(schema)
    given = config.get("input", {})
    names = (called or {}).get("properties", {})
    if not names or not isinstance(given, dict) or not set(given) <= set(names):
        return found
    values = {
        **schema["properties"]["input"],
        "properties": names,
        "required": list((called or {}).get("required", ())),
    }
    values.pop("additionalProperties", None)
    return {**found, "properties": {**schema["properties"], "input": values}}


def unfolded(field: Field) -> Field:
    """What a called flow asks for stands open: it is the heart of the form."""
    is_form = field.pointer == "/input" and field.kind == "group"
    return replace(field, required=True) if is_form else field


def with_steps_inside(field: Field, inside: Iterable[tuple[str, str]]) -> Field:
    """The choice of the step whose data a loop gathers, by name; a key that is not inside is offered too, marked."""
    if field.pointer != "/collect" or not (field.value is ABSENT or isinstance(field.value, str)):
        return field
    now = field.value if isinstance(field.value, str) else ""
    options = [Option(key, name, chosen=key == now) for key, name in inside]
    if now and not any(option.chosen for option in options):
        options.append(Option(now, f"{now} (not inside this loop)", chosen=True))
    return replace(field, kind="choice", options=tuple(options), placeholder="", mappable=False, type_words="")
