"""What starts a flow, in a few words for a list: “Weekdays 09:00 Europe/Paris”, “On customer_subscribed”."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from helix.flows.words import describe_schedule

KINDS: dict[str, tuple[str, str]] = {
    "trigger.schedule": ("On a schedule", "calendar-clock"),
    "trigger.webhook": ("When its address is called", "webhook"),
    "trigger.customerio_event": ("On an event of Customer.io", "mail-check"),
    "trigger.flow_failed": ("When another flow fails", "circle-alert"),
    "trigger.called": ("When a flow calls it", "corner-down-right"),
    "trigger.manual": ("By hand or API", "mouse-pointer-click"),
}
"""Type of a trigger -> what it is called in lists and filters, its icon."""
NONE = ("No trigger yet", "circle-dashed")
DAYS = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays")
SHORT = {name[:3].upper(): number for number, name in enumerate(DAYS)}
MOST_TIMES = 3


def triggers_of(nodes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The triggers among the nodes of a graph."""
    return [node for node in nodes if str(node.get("type", "")).startswith("trigger.")]


def starting_words(nodes: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """What starts a graph of these nodes, in words, and an icon for it."""
    triggers = triggers_of(nodes)
    if not triggers:
        return NONE
    return "; ".join(_one(node) for node in triggers), KINDS.get(str(triggers[0]["type"]), NONE)[1]


def _one(node: Mapping[str, Any]) -> str:
    config = node.get("config")
    config = config if isinstance(config, dict) else {}
    kind = str(node["type"])
    if kind == "trigger.schedule":
        return _schedule(config)
    if kind == "trigger.customerio_event":
        events = config.get("events")
        return "On " + (", ".join(map(str, events[:3])) if isinstance(events, list) and events else "events")
    return KINDS.get(kind, KINDS["trigger.manual"])[0]


def _schedule(config: Mapping[str, Any]) -> str:
    zone = str(config.get("timezone") or "UTC")
    if "at" in config:
        try:
            return f"Once, {datetime.fromisoformat(str(config['at'])):%-d %b %Y %H:%M} {zone}"
        except ValueError:
            return "Once, at a moment that is not set yet"
    if "every_minutes" in config:
        minutes = config["every_minutes"]
        return "Every minute" if minutes == 1 else f"Every {minutes} minutes"
    cron = str(config.get("cron") or "")
    if not cron:
        return "On a schedule that is not set yet"
    words = cron_words(cron)
    if words.endswith(("minutes", "minute")) or words == "Every hour":
        return words  # alike in every zone
    return f"{words} {zone}" if words else describe_schedule(cron, zone)


def cron_words(cron: str) -> str:
    """An ordinary cron expression in the fewest words: “Weekdays 09:00”; "" for one that is not ordinary."""
    fields = cron.upper().split()
    if len(fields) != 5:
        return ""
    minute, hour, day, month, weekday = fields
    if month != "*":
        return ""
    if hour == "*" and day == weekday == "*":
        return _within_the_hour(minute)
    times = _times(hour, minute)
    if not times:
        return ""
    if day == "*":
        on = "Every day" if weekday == "*" else _days(weekday)
    else:
        on = _day_of_month(day) if weekday == "*" else ""
    return f"{on} {times}" if on else ""


def _within_the_hour(minute: str) -> str:
    if minute == "*":
        return "Every minute"
    if found := re.fullmatch(r"\*/(\d{1,2})", minute):
        return f"Every {int(found[1])} minutes"
    if minute.isascii() and minute.isdecimal() and int(minute) < 60:
        return f"Every hour at {int(minute)} past" if int(minute) else "Every hour"
    return ""


def _times(hour: str, minute: str) -> str:
    hours, minutes = _numbers(hour, 23), _numbers(minute, 59)
    if not hours or len(minutes) != 1 or len(hours) > MOST_TIMES:
        return ""
    return _listed([f"{one:02}:{minutes[0]:02}" for one in hours])


def _numbers(text: str, most: int) -> list[int]:
    """“9” or “9,17” as numbers; [] for anything else."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdecimal() and int(part) <= most for part in parts):
        return []
    return [int(part) for part in parts]


def _day_of_month(day: str) -> str:
    if day == "L":
        return "Last day of the month"
    if not _numbers(day, 31):
        return ""
    return _listed([f"{one}{_ending(one)}" for one in _numbers(day, 31)[:MOST_TIMES]]) + " of the month"


def _ending(number: int) -> str:
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _days(text: str) -> str:
    days: set[int] = set()
    for part in text.split(","):
        ends = [
            SHORT.get(end, int(end) if end.isascii() and end.isdecimal() and int(end) < 8 else -1)
            for end in part.split("-")
        ]
        if -1 in ends or len(ends) > 2 or ends[0] > ends[-1]:
            return ""
        days |= {one % 7 for one in range(ends[0], ends[-1] + 1)}
    if days == {1, 2, 3, 4, 5}:
        return "Weekdays"
    if days == {0, 6}:
        return "Weekends"
    if len(days) == 7:
        return "Every day"
    ordered = sorted(days, key=lambda one: one or 7)
    return _listed([DAYS[one] if len(ordered) < 3 else DAYS[one][:3] for one in ordered])


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
