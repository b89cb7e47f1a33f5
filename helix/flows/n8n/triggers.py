"""The triggers of n8n: by hand, schedules of both kinds, webhooks, events of Customer.io, calls of other workflows."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n.data import Data
from helix.flows.n8n.made import Desk, Made, NoCounterpart
from helix.flows.n8n.values import is_dynamic

PAYLOAD = Data("trigger")
FIRE = Data(
    names={"timestamp": "trigger.fired_at"}, why="a schedule of Helix gives “fired_at” and “scheduled_for” only"
)
HOOK = Data(
    names={"body": "trigger.body", "headers": "trigger.headers", "query": "trigger.query"},
    why="a webhook of Helix gives “body”, “headers” and “query” only",
)
DAYS = {"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}


def by_hand(desk: Desk) -> Made:
    """Manual Trigger, Start: what it gives is empty."""
    return Made("trigger.manual", {"fields": []}, data=PAYLOAD)


def called(desk: Desk) -> Made:
    """Execute Workflow Trigger: its fields, where they are named."""
    held = desk.source.parameters.get("workflowInputs")
    listed = held.get("values") if isinstance(held, Mapping) else None
    fields: list[JsonValue] = []
    for each in listed if isinstance(listed, list) else ():
        name = each.get("name") if isinstance(each, Mapping) else None
        if isinstance(name, str) and name:
            kind = {"number": "number", "boolean": "boolean", "string": "text"}.get(str(each.get("type")), "json")
            fields.append({"name": name, "type": kind, "required": True})
    if not fields:
        desk.remark("n8n took whatever the calling workflow had; name the fields that this flow is given.")
    return Made("trigger.called", {"fields": fields}, data=PAYLOAD)


def webhook(desk: Desk) -> Made:
    """Webhook: n8n's may be open to all; here a token is asked for until a person chooses otherwise."""
    asked = desk.source.text("authentication", "none")
    if asked == "none":
        desk.remark(
            "n8n took calls of anybody who knew the address. Here a token is asked for; the sender must send it."
        )
    elif asked != "headerAuth":
        desk.remark(f"n8n asked for {asked}; here a token is asked for. Its value is made anew, keys never come along.")
    if desk.source.text("responseMode", "onReceived") != "onReceived":
        desk.remark("n8n answered when the workflow had ended; Helix answers 202 at once and runs afterwards.")
    desk.remark("The address is a new one: enter it where the old one is entered.")
    return Made("trigger.webhook", {"verify": "bearer", "fields": []}, data=HOOK)


def customerio_event(desk: Desk) -> Made:
    """Customer.io Trigger: “email.bounced” is email_bounced."""
    found = desk.source.parameters.get("events")
    events: list[JsonValue] = [
        name.replace(".", "_") for name in (found if isinstance(found, list) else ()) if isinstance(name, str)
    ]
    desk.remark("n8n made the reporting webhook in Customer.io itself; here enter the address that the trigger shows.")
    return Made("trigger.customerio_event", {"events": events}, data=PAYLOAD)


def schedule(desk: Desk) -> list[Made]:
    """Schedule Trigger: one trigger for each of its intervals."""
    held = desk.source.parameters.get("rule")
    listed = held.get("interval") if isinstance(held, Mapping) else None
    every = [each for each in (listed if isinstance(listed, list) else [{}]) if isinstance(each, Mapping)]
    return [_timed(desk, _interval(desk, each)) for each in every or [{}]]


def cron(desk: Desk) -> list[Made]:
    """Cron, the older one."""
    held = desk.source.parameters.get("triggerTimes")
    listed = held.get("item") if isinstance(held, Mapping) else None
    every = [each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping)]
    if not every:
        raise NoCounterpart("it names no time. Use “Schedule”.")
    return [_timed(desk, _item(desk, each)) for each in every]


def _timed(desk: Desk, config: dict[str, JsonValue]) -> Made:
    zone = desk.workflow.timezone
    if not zone and "cron" in config:
        desk.remark("The file names no time zone: n8n used that of its server. UTC is entered; choose the right one.")
    return Made("trigger.schedule", {**config, "timezone": zone or "UTC"}, data=FIRE)


def _interval(desk: Desk, rule: Mapping[str, Any]) -> dict[str, JsonValue]:
    kind = rule.get("field", "days")
    minute, hour = _whole(rule.get("triggerAtMinute"), 0, 59), _whole(rule.get("triggerAtHour"), 0, 23)
    match kind:
        case "cronExpression":
            return _cron(desk, rule.get("expression"))
        case "minutes":
            return {"every_minutes": _whole(rule.get("minutesInterval"), 1, 10_080, 5)}
        case "hours":
            step = _whole(rule.get("hoursInterval"), 1, 23, 1)
            return {"cron": f"{minute} * * * *" if step == 1 else f"{minute} */{step} * * *"}
        case "days":
            step = _whole(rule.get("daysInterval"), 1, 31, 1)
            if step > 1:
                desk.remark(f"Every {step} days is counted from the first of each month, as n8n does.")
            return {"cron": f"{minute} {hour} * * *" if step == 1 else f"{minute} {hour} */{step} * *"}
        case "weeks":
            if _whole(rule.get("weeksInterval"), 1, 52, 1) > 1:
                raise NoCounterpart(
                    "it starts every few weeks, which a cron expression cannot say. Use “Schedule” with a check of the date."
                )
            found = rule.get("triggerAtDay")
            days = [str(_whole(day, 0, 7)) for day in found] if isinstance(found, list) and found else ["0"]
            return {"cron": f"{minute} {hour} * * {','.join(days)}"}
        case "months":
            step, day = _whole(rule.get("monthsInterval"), 1, 12, 1), _whole(rule.get("triggerAtDayOfMonth"), 1, 31, 1)
            return {"cron": f"{minute} {hour} {day} {'*' if step == 1 else f'*/{step}'} *"}
    raise NoCounterpart(
        f"it starts by {str(kind)[:40]}; a schedule of Helix starts once a minute at most. Use “Schedule”."
    )


def _item(desk: Desk, item: Mapping[str, Any]) -> dict[str, JsonValue]:
    minute, hour = _whole(item.get("minute"), 0, 59), _whole(item.get("hour"), 0, 23, 14)
    match item.get("mode", "everyDay"):
        case "everyMinute":
            return {"every_minutes": 1}
        case "everyHour":
            return {"cron": f"{minute} * * * *"}
        case "everyDay":
            return {"cron": f"{minute} {hour} * * *"}
        case "everyWeek":
            return {"cron": f"{minute} {hour} * * {_weekday(item.get('weekday', '1'))}"}
        case "everyMonth":
            return {"cron": f"{minute} {hour} {_whole(item.get('dayOfMonth'), 1, 31, 1)} * *"}
        case "everyX":
            unit = 60 if item.get("unit", "hours") == "hours" else 1
            return {"every_minutes": _whole(item.get("value"), 1, 10_080 // unit, 2) * unit}
        case "custom":
            return _cron(desk, item.get("cronExpression"))
        case other:
            raise NoCounterpart(f"its mode “{str(other)[:40]}” is not known. Use “Schedule”.")


def _cron(desk: Desk, text: Any) -> dict[str, JsonValue]:
    if not isinstance(text, str) or is_dynamic(text):
        raise NoCounterpart("its cron expression is worked out while it runs. Use “Schedule” with a fixed one.")
    parts = text.removeprefix("=").split()
    if len(parts) == 6:
        if parts[0] not in ("0", "00"):
            desk.remark(f"“{text[:60]}” names seconds; a schedule of Helix starts at full minutes.")
        parts = parts[1:]
    return {"cron": " ".join(parts)}


def _weekday(value: Any) -> int:
    return DAYS.get(str(value).lower(), _whole(value, 0, 7, 1))


def _whole(value: Any, least: int, most: int, usual: int | None = None) -> int:
    try:
        found = int(value) if not isinstance(value, bool) else least
    except (TypeError, ValueError, OverflowError):
        found = least if usual is None else usual
    return min(max(found, least), most)
