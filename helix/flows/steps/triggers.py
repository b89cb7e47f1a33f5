"""What begins a run: a person or program with a form of values, or a schedule."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import MISSING_MARK, MOMENT, NUMBER, TEXT, WHOLE, YES_NO, Schema
from helix.flows.steps.step import Config, StepType, TypeOf
from integrations.kit.rules import ExactlyOne, Rule
from integrations.kit.shape import Instant, Shape, Text, Whole, may, need

FIELD_TYPES: Final[dict[str, Schema]] = {
    "text": TEXT,
    "number": NUMBER,
    "integer": WHOLE,
    "boolean": YES_NO,
    "date": {"type": "string", "format": "date"},
    "datetime": MOMENT,
    "json": {},
}
"""The types that a field of the form may have, with the type of its value in `trigger`."""


def time_limit() -> Any:
    """The last field of every trigger: how long a run that begins here may take, in minutes."""
    return may(
        "End a run after", "A run that is still going then is ended as timed out, waits included. Empty: no limit.", unit="minutes",
        ge=1, le=525_600, advanced=True,
    )  # fmt: skip


class FormField(Shape):
    """One value that a person or program gives when a run begins."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")] = need(
        "Name", "What expressions call it: letters, digits and _, such as email.", examples=["email"]
    )
    label: str = may("Label", "What the form calls it.", examples=["E-mail"])
    type: Literal["text", "number", "integer", "boolean", "date", "datetime", "json"] = may(
        "Type", "What it holds.", default="text"
    )
    required: bool = may("Required", "A run cannot begin without it.", default=False)
    default: JsonValue = may("Default", "Used when it is left empty.")
    help: str = may("Help", "A sentence under the field.")


class ManualInput(Shape):
    fields: list[FormField] = may(
        "Fields", "What the person or program gives. Later steps read it as trigger.<name>.", default=[], max_length=100
    )
    limit_minutes: Whole = time_limit()


class ScheduleInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (ExactlyOne(("cron", "every_minutes", "at")),)

    cron: Text = may(
        "When", "Minute, hour, day of the month, month, day of the week: 0 9 * * 1 is Mondays at 9:00.", examples=["0 9 * * 1"],
        more={"format": "cron"},
    )  # fmt: skip
    every_minutes: Whole = may(
        "Every",
        "Instead: so many minutes of real time apart, counted from midnight UTC.",
        unit="minutes",
        ge=1,
        le=10_080,
    )
    at: Instant = may("Once, at", "Instead: one single moment.", examples=["2026-01-31T12:00:00Z"])
    timezone: Text = need(
        "Time zone",
        "The zone whose clock counts; summer time is taken care of.",
        examples=["Europe/Paris"],
        more={"format": "time-zone"},
    )
    misfire: Literal["skip", "latest", "all"] = may(
        "When starts were missed", "What is made up for when Helix was not running.", default="latest", advanced=True,
        more={"x-labels": {"skip": "make up for none", "latest": "make up for the latest", "all": "make up for all, at most 10"}},
    )  # fmt: skip
    catch_up_minutes: Whole = may(
        "Make up within", "A start missed by more than this is not made up for.", default=60, unit="minutes", ge=1, le=10_080,
        advanced=True,
    )  # fmt: skip
    overlap: Literal["skip", "queue_one", "parallel", "cancel_old"] = may(
        "When the last run is still going", "What becomes of a start whose turn comes meanwhile.", default="queue_one", advanced=True,
        more={"x-labels": {
            "skip": "leave this start out", "queue_one": "start when it has ended; one start waits at most", "parallel": "start beside it",
            "cancel_old": "cancel it and start",
        }},
    )  # fmt: skip
    not_later_than_minutes: Whole = may(
        "Not later than", "A start that is later than this, missed or waiting, is not made. Empty: no limit.", unit="minutes", ge=1, le=10_080,
        advanced=True,
    )  # fmt: skip
    limit_minutes: Whole = time_limit()


def form_type(config: Config, type_of: TypeOf) -> Schema:
    """The payload of a trigger with a form: its fields. One that may be left empty may be missing."""
    fields = config.get("fields")
    properties: dict[str, Any] = {}
    required = []
    for field in fields if isinstance(fields, list) else []:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            continue
        name, kind = field["name"], field.get("type", "text")
        found = FIELD_TYPES.get(kind, {}) if isinstance(kind, str) else {}
        words = {"title": field.get("label") or name, "description": field.get("help") or ""}
        if field.get("required") is True or field.get("default") not in (None, ""):
            required.append(name)
            properties[name] = {**found, **words}
        else:
            why = "the field is not required, so it may be left empty"
            properties[name] = {**found, **words, MISSING_MARK: {"severity": "error", "why": why}}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _fire(config: Config, type_of: TypeOf) -> Schema:
    properties = {
        "fired_at": {**MOMENT, "title": "Fired", "description": "When the run was begun."},
        "scheduled_for": {**MOMENT, "title": "Planned", "description": "The moment of the schedule."},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TRIGGERS = (
    StepType(
        key="trigger.manual",
        title="Started by hand",
        help="A person, or a program over the API, starts a run and fills in a form.",
        family="triggers",
        kind="trigger",
        icon="hand",
        input=ManualInput,
        defaults={"fields": []},
        output=form_type,
    ),
    StepType(
        key="trigger.schedule",
        title="Schedule",
        help="Starts a run at set times, in a time zone.",
        family="triggers",
        kind="trigger",
        icon="clock",
        input=ScheduleInput,
        defaults={"cron": "0 9 * * *", "timezone": "UTC"},
        output=_fire,
    ),
)
