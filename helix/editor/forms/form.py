"""The whole inspector of one step: header, settings, retry and errors, output."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from helix.editor.fields import ABSENT, Field, Group, Schema, html_id
from helix.editor.forms import around
from helix.editor.forms.conditions import Branch, Rows, TypeOf, Unread, branches_of, rows_of
from helix.editor.forms.connection import ConnectionChoice, Facts, connection_choice
from helix.editor.forms.output import OutputRow, sample
from helix.editor.forms.output import rows_of as output_rows
from helix.editor.forms.retry import Retry, retry_of
from helix.editor.forms.schema import field_of, fields_of, grouped, unknown_fields
from helix.editor.forms.triggers import Input, Schedule, inputs_of, schedule_of
from helix.editor.forms.waiting import Wait, wait_of
from helix.editor.forms.whom import whom
from helix.flows.steps.loops import FOR_EACH


class Step(Protocol):
    """What a form needs to know of a step type (see helix.flows.steps.StepType)."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def input_schema(self) -> Mapping[str, Any]: ...
    @property
    def integration(self) -> str | None: ...
    @property
    def optional_integration(self) -> str | None: ...
    @property
    def key_family(self) -> str | None: ...
    @property
    def destructive(self) -> str | None: ...
    @property
    def deprecated(self) -> str | None: ...
    def effect_of(self, config: Any) -> str: ...
    @property
    def can_fail(self) -> bool: ...


@dataclass(frozen=True)
class Form:
    """Everything the inspector draws for one step. Of the special bodies at most one is there."""

    node: str
    type: str
    step: Step | None
    name: Field
    key: Field
    connection: ConnectionChoice | None
    groups: tuple[Group, ...]
    more: tuple[Group, ...]
    more_open: bool
    unknown: tuple[Field, ...]
    raw: Field | None = None
    branches: tuple[Branch, ...] | None = None
    otherwise: str = ""
    condition: Rows | Unread | None = None
    inputs: tuple[Input, ...] | None = None
    schedule: Schedule | None = None
    wait: Wait | None = None
    retry: Retry | None = None
    output: tuple[OutputRow, ...] = ()
    output_root: str = ""
    sample: Any = None
    whom: str = ""
    """Whom a step that cannot be taken back will hit."""

    @property
    def sample_text(self) -> str:
        """The made-up sample as JSON."""
        return json.dumps(self.sample, ensure_ascii=False, indent=2)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        special = (self.branches, self.condition, self.inputs, self.schedule, self.wait, self.raw)
        return not self.groups and not self.more and not self.unknown and all(each is None for each in special)


_SPECIAL = {
    "logic.branch": ("branches", "else"),
    "logic.filter": ("when",),
    "trigger.manual": ("fields",),
    "trigger.webhook": ("fields",),
    "trigger.called": ("fields",),
    "trigger.schedule": ("cron", "timezone", "every_minutes", "at"),
    "logic.wait": ("seconds", "until", "window"),
}


def form_of(
    node: Mapping[str, Any],
    step: Step | None,
    *,
    output: Schema,
    type_of: TypeOf,
    connections: Iterable[Facts],
    now: datetime,
    called: Schema | None = None,
    inside: Iterable[tuple[str, str]] = (),
) -> Form:
    """The form of a node. `step` is None for a type that this installation does not know: its config is shown as JSON.
    `called`: the fields of the flow that a step calls; `inside`: key and name of the steps inside a loop."""
    key, config = str(node["key"]), node.get("config")
    name = Field(
        kind="text",
        pointer="@name",
        id=html_id(key, "name"),
        title="Name",
        value=node.get("name") or "",
        required=True,
        mappable=False,
    )
    key_field = Field(
        kind="text", pointer="@key", id=html_id(key, "key"), title="Key", value=key, required=True, mappable=False,
        help="How other steps name this one. Changing it rewrites every reference.",
    )  # fmt: skip
    if step is None or not isinstance(config, dict):
        raw = Field(
            kind="json", pointer="", id=html_id(key, "config"), title="Settings", value=config if config is not None else {}, mappable=False,
            note="" if step is None else "These settings are no object. They are shown as JSON so that nothing is lost.",
        )  # fmt: skip
        return Form(key, str(node.get("type")), step, name, key_field, None, (), (), False, (), raw)
    schema = around.with_called_fields(step.input_schema, config, called)
    special = _SPECIAL.get(step.key, ())
    fields = [
        field
        for field in fields_of(schema, config, key)
        if field.pointer.strip("/") not in special and (field.kind != "fixed" or field.given)
    ]
    if step.key == FOR_EACH:
        fields = [around.with_steps_inside(field, inside) for field in fields]
    elif called is not None:
        fields = [around.unfolded(field) for field in fields]
    if step.kind == "trigger":  # there is nothing before it that could be mapped
        fields = [fixed_only(field) for field in fields]
    if step.destructive:  # whom it hits is said anew
        fields = [replace(field, redraw=True) for field in fields]
    rules = schema.get("x-rules", ())
    ordinary = [field for field in fields if not field.advanced]
    advanced = [field for field in fields if field.advanced]
    service = step.integration or step.optional_integration
    calls_out = service is not None or step.key == "notify.email"
    root = "trigger" if step.kind == "trigger" else f"steps.{key}.data"
    return Form(
        node=key,
        type=step.key,
        step=step,
        name=name,
        key=key_field,
        connection=connection_choice(
            connections,
            now=node.get("connection"),
            integration=service,
            family=step.key_family,
            optional=step.integration is None,
        )
        if service is not None
        else None,
        groups=grouped(ordinary, rules),
        more=grouped(advanced, rules),
        more_open=any(field.given for field in advanced),
        unknown=unknown_fields(schema, config, key),
        retry=retry_of(node, calls_out=calls_out, effect=step.effect_of(config) or "A") if step.can_fail else None,
        output=output_rows(output, root),
        output_root=root,
        sample=sample(output),
        whom=whom(step.key, config) if step.destructive else "",
        **_special(step.key, schema, config, key, type_of, now),
    )


def fixed_only(field: Field) -> Field:
    """The field without the switch to data of earlier steps, its parts neither."""
    return replace(field, mappable=False, children=tuple(fixed_only(each) for each in field.children))


def _special(
    kind: str, schema: Schema, config: Mapping[str, Any], key: str, type_of: TypeOf, now: datetime
) -> dict[str, Any]:
    if kind == "logic.branch":
        otherwise = config.get("else")
        branches = branches_of(config, key, type_of)
        if branches is None:
            place = html_id(key, "/branches")
            note = "These are no branches as a form can show them. They are shown as JSON so that nothing is lost."
            return {
                "raw": Field(
                    kind="json",
                    pointer="/branches",
                    id=place,
                    title="Branches",
                    value=config["branches"],
                    mappable=False,
                    note=note,
                )
            }
        return {
            "branches": branches,
            "otherwise": otherwise if isinstance(otherwise, str) and otherwise else "else",
        }
    if kind == "logic.filter":
        return {"condition": rows_of(config.get("when", ABSENT), key, "/when", type_of)}
    if kind in ("trigger.manual", "trigger.webhook", "trigger.called"):
        inputs = inputs_of(config, key)
        raw = Field(
            kind="json",
            pointer="/fields",
            id=html_id(key, "/fields"),
            title="Fields",
            value=config.get("fields"),
            mappable=False,
        )
        return {"inputs": inputs} if inputs is not None else {"raw": raw}
    if kind == "trigger.schedule":
        return {"schedule": schedule_of(config, key, now)}
    return {"wait": wait_of(config, key, _window(schema, config, key))} if kind == "logic.wait" else {}


def _window(schema: Schema, config: Mapping[str, Any], key: str) -> Field:
    part = schema["properties"]["window"]
    return field_of(part, config.get("window", ABSENT), key, "/window", name="window")
