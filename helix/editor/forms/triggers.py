"""Triggers: the form that a manual start asks for, and the rhythm of a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Kind, Option, html_id, join
from helix.editor.forms import cron
from helix.editor.forms.words import listed
from helix.flows.words import describe_schedule
from helix.triggers.schedules import BadSchedule, Timing, coming, timing_of

INPUT_TYPES = {
    "text": "Text", "number": "Number", "integer": "Whole number", "boolean": "Yes or no", "date": "Date", "datetime": "Date and time",
    "json": "JSON",
}  # fmt: skip
_DEFAULT_KINDS: dict[str, Kind] = {
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "datetime": "date-time",
    "json": "json",
}
FRESH_INPUT: dict[str, JsonValue] = {"name": "field", "label": "", "type": "text", "required": False}


@dataclass(frozen=True)
class Input:
    """One field of the form that a person fills when starting a run by hand."""

    pointer: str
    index: int
    name: Field
    label: Field
    type: Field
    required: Field
    default: Field
    help: Field
    first: bool
    last: bool
    path: str


def inputs_of(config: Mapping[str, JsonValue], node: str) -> tuple[Input, ...] | None:
    """The fields of a `trigger.manual`; None when the config holds something else there."""
    rows = config.get("fields", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    drawn = []
    for index, row in enumerate(rows):
        given: Mapping[str, JsonValue] = row if isinstance(row, dict) else {}
        pointer = f"/fields/{index}"
        kind = str(given.get("type", "text"))
        options = tuple(Option(key, words, chosen=key == kind) for key, words in INPUT_TYPES.items())

        part = partial(_part, given, pointer, node)
        drawn.append(
            Input(
                pointer=pointer,
                index=index,
                name=part("name", "text", "Name", required=True, keep_empty=True, placeholder="email"),
                label=part("label", "text", "Label", placeholder="E-mail address"),
                type=part("type", "choice", "Type", options=options, redraw=True, required=True),
                required=part("required", "boolean", "Required", default=False),
                default=part("default", _DEFAULT_KINDS.get(kind, "text"), "Default value", keep_empty=False),
                help=part("help", "text", "Help", placeholder="Shown under the field"),
                first=index == 0,
                last=index == len(rows) - 1,
                path=f"trigger.{given.get('name', '')}",
            )
        )
    return tuple(drawn)


def _part(
    given: Mapping[str, JsonValue], pointer: str, node: str, name: str, kind: Kind, title: str, **more: Any
) -> Field:
    place = join(pointer, name)
    value = given.get(name, ABSENT)
    return Field(kind=kind, pointer=place, id=html_id(node, place), title=title, value=value, mappable=False, **more)


@dataclass(frozen=True)
class Schedule:
    """A schedule as a form: its simple parts, its cron text, its zone, and what comes of it. Of `cron`, `interval` and
    `moment` the one of the mode is drawn."""

    mode: str
    rhythm: cron.Rhythm
    cron: Field
    interval: Field
    moment: Field
    zone: Field
    modes: tuple[Option, ...]
    minutes: tuple[Option, ...]
    hours: tuple[Option, ...]
    days: tuple[Option, ...]
    month_days: tuple[int, ...]
    words: str
    trouble: str
    firings: tuple[str, ...]
    """The next five starts in words, in the schedule's zone."""


_MODES = {
    "minutes": "Every few minutes", "hours": "Every few hours", "daily": "Every day", "weekdays": "Weekdays (Monday to Friday)",
    "weekly": "On days of the week", "monthly": "Every month", "interval": "At an interval of your own", "once": "Once", "custom": "Custom (cron)",
}  # fmt: skip


def schedule_of(config: Mapping[str, JsonValue], node: str, now: datetime) -> Schedule:
    """The form of a `trigger.schedule`; `now` is an aware instant."""
    text, zone = config.get("cron", ABSENT), config.get("timezone", ABSENT)
    cron_text = text if isinstance(text, str) else ""
    rhythm = cron.read_rhythm(cron_text)
    mode = "once" if "at" in config else "interval" if "every_minutes" in config else rhythm.mode
    firings, trouble = firings_of(config, now)

    def read(field: Field) -> Field:
        odd = isinstance(field.value, list | dict)
        return replace(field, kind="json", note="It is shown as JSON so that nothing is lost.") if odd else field

    return Schedule(
        mode=mode,
        rhythm=rhythm,
        cron=read(Field(
            kind="text", pointer="/cron", id=html_id(node, "/cron"), title="Cron expression", value=text, required=True, mappable=False, redraw=True,
            placeholder="0 9 * * 1-5", help="Minute, hour, day of the month, month, day of the week.",
        )),
        interval=read(Field(
            kind="integer", pointer="/every_minutes", id=html_id(node, "/every_minutes"), title="Every", value=config.get("every_minutes", ABSENT),
            required=True, keep_empty=True, mappable=False, redraw=True, type_words="minutes", minimum=1, help="Real time apart, counted from midnight UTC.",
        )),
        moment=read(Field(
            kind="date-time", pointer="/at", id=html_id(node, "/at"), title="At", value=config.get("at", ABSENT), required=True, keep_empty=True, mappable=False,
            redraw=True, type_words="date and time", help="One start, and no other.",
        )),
        zone=read(Field(
            kind="text", pointer="/timezone", id=html_id(node, "/timezone"), title="Time zone", value=zone, required=True, mappable=False, redraw=True,
            placeholder="Europe/Paris", help="Summer and winter time of this zone are kept.", options=tuple(Option(name, name) for name in zones()),
        )),
        modes=tuple(Option(key, words, chosen=key == mode) for key, words in _MODES.items()),
        minutes=_numbers(cron.MINUTES, rhythm.every, "minute"),
        hours=_numbers(cron.HOURS, rhythm.every, "hour"),
        days=tuple(Option(str((i + 1) % 7), day, chosen=i + 1 in rhythm.days) for i, day in enumerate(cron.DAYS)),
        month_days=tuple(range(1, 32)),
        words=_words(mode, config, rhythm, cron_text),
        trouble=trouble,
        firings=tuple(f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}" for moment in firings),
    )  # fmt: skip


def _words(mode: str, config: Mapping[str, JsonValue], rhythm: cron.Rhythm, text: str) -> str:
    if mode == "once":
        return "Once"
    return f"Every {config.get('every_minutes')} minutes" if mode == "interval" else rhythm_words(rhythm, text)


def _numbers(values: tuple[int, ...], now: int, word: str) -> tuple[Option, ...]:
    return tuple(
        Option(str(value), f"{word}" if value == 1 else f"{value} {word}s", chosen=value == now) for value in values
    )


def rhythm_words(rhythm: cron.Rhythm, text: str) -> str:
    """A schedule in one sentence without its zone."""
    match rhythm.mode:
        case "minutes":
            return "Every minute" if rhythm.every == 1 else f"Every {rhythm.every} minutes"
        case "hours":
            start = f"{rhythm.minute} minutes past" if rhythm.minute else "on the hour"
            return f"Every hour, {start}" if rhythm.every == 1 else f"Every {rhythm.every} hours, {start}"
        case "daily":
            return f"Every day at {rhythm.time}"
        case "weekdays":
            return f"Weekdays at {rhythm.time}"
        case "weekly":
            return f"Every {listed([cron.DAYS[day - 1] for day in rhythm.days])} at {rhythm.time}"
        case "monthly":
            return f"On day {rhythm.day} of every month at {rhythm.time}"
    return describe_schedule(text, "").rstrip(", ") if text else "No rhythm yet"


def firings_of(config: Mapping[str, JsonValue], now: datetime, count: int = 5) -> tuple[tuple[datetime, ...], str]:
    """The next firings on the clock of the schedule's zone, and what is wrong with the schedule ("" when nothing is)."""
    zone = config.get("timezone")
    try:
        timing = timing_of(config)
        return _in_zone(timing, zone if isinstance(zone, str) else timing.zone, now, count)
    except BadSchedule as bad:
        return (), str(bad)


def next_firings(text: str, zone: str, now: datetime, count: int = 5) -> tuple[tuple[datetime, ...], str]:
    """The next firings of a cron text, and what is wrong with it ("" when nothing is)."""
    return firings_of({"cron": text, "timezone": zone}, now, count)


def _in_zone(timing: Timing, zone: str, now: datetime, count: int) -> tuple[tuple[datetime, ...], str]:
    found = coming(timing, now, count)
    if not found:
        words = "This moment has passed: the flow would not start." if timing.at else "This time never comes."
        return (), words
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        place = ZoneInfo("UTC")
    return tuple(moment.astimezone(place) for moment in found), ""


def zones() -> list[str]:
    """The names of time zones that a person would choose."""
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    )
    return [*sorted(places), "UTC"]
