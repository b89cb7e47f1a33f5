"""Template words for people: moments, durations, states, JSON, and what the frame of a page needs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.db.models import QuerySet
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from helix.teams.models import Team

register = template.Library()

STATES: dict[str, tuple[str, str]] = {
    "queued": ("clock", "Queued"),
    "pending": ("circle-dashed", "Not yet"),
    "ready": ("circle-dot", "Ready"),
    "running": ("loader-circle", "Running"),
    "waiting": ("hourglass", "Waiting"),
    "unknown": ("circle-help", "Needs your answer"),
    "attention": ("circle-help", "Needs your answer"),
    "succeeded": ("circle-check", "Succeeded"),
    "failed": ("circle-x", "Failed"),
    "cancelled": ("ban", "Cancelled"),
    "skipped": ("skip-forward", "Skipped"),
    "timed_out": ("timer", "Timed out"),
    "retry": ("rotate-cw", "Failed, again later"),
    "doubted": ("circle-help", "Answer lost"),
    "waited": ("hourglass", "Began to wait"),
    "working": ("circle-check", "Working"),
    "refused": ("circle-x", "Refused"),
    "untested": ("circle-dashed", "Not tested"),
}
"""State -> (icon, word)."""


@register.filter
def state_word(state: str) -> str:
    """The word that people read for a state."""
    return STATES.get(state, ("circle", state.replace("_", " ").capitalize()))[1]


@register.filter
def state_icon(state: str) -> str:
    """The icon of a state."""
    return STATES.get(state, ("circle", ""))[0]


@register.simple_tag
def state(name: str, kind: str = "") -> SafeString:
    """A state as icon, word and colour; `kind` "pill" gives it a ground."""
    return format_html(
        '<span class="state {}" data-state="{}"><svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>{}</span>',
        kind, name, static("vendor/icons.svg"), state_icon(name), state_word(name),
    )  # fmt: skip


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = parse_datetime(value)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def in_words(value: datetime, now: datetime) -> str:
    """The moment in the active zone, as short as it can be: "today 14:03", "12 Nov 14:03", "12 Nov 2025 14:03"."""
    there, here = timezone.localtime(value), timezone.localtime(now)
    clock = f"{there:%H:%M}"
    days = (there.date() - here.date()).days
    if days in (-1, 0, 1):
        return f"{ {-1: 'yesterday', 0: 'today', 1: 'tomorrow'}[days] } {clock}"
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {there:%b}{year} {clock}"


@register.simple_tag
def when(value: Any, style: str = "moment") -> SafeString:
    """A <time> in the viewer's zone with the exact UTC instant on hover; style "relative" is kept true by times.js."""
    instant = _instant(value)
    if instant is None:
        return SafeString("—")
    utc = instant.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-{}>{}</time>',
        utc.isoformat(timespec="milliseconds"), utc.strftime("%Y-%m-%d %H:%M:%S"), style, in_words(instant, timezone.now()),
    )  # fmt: skip


@register.filter
def duration(value: Any) -> str:
    """Seconds (or a timedelta) as people say it: "340 ms", "1.2 s", "2 min 3 s", "1 h 5 min"."""
    if value is None or value == "":
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, rest, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            tail = whole % size // rest
            return f"{whole // size} {unit}" + (f" {tail} {smaller}" if tail else "")
    return f"{whole} s"


@register.filter
def until(first: datetime, last: datetime) -> str:
    """How long it is from the first to the last."""
    return duration(last - first)


@register.filter
def permille(value: int) -> str:
    """Thousandths as per cent: 125 -> "12.5"."""
    return f"{value / 10:g}"


@register.filter
def pretty(value: Any) -> str:
    """Any JSON value as indented text; JSON inside a string is unfolded too."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.simple_tag
def cell(value: Any) -> str:
    """A value of any kind in a table: a moment, a JSON value in one line, or text."""
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    return "—" if value is None or value == "" else str(value)


@register.simple_tag
def bound_field(form: BaseForm, name: str) -> BoundField:
    """A form's field by a name that is only known when the page is drawn."""
    return form[name]


@register.simple_tag
def theme_of(request: HttpRequest | None) -> str:
    """ "light", "dark", or "" for the system's: the browser's cookie first, then the account's."""
    if request is None:
        return ""
    chosen = request.COOKIES.get("theme") or getattr(getattr(request, "user", None), "theme", "")
    return chosen if chosen in ("light", "dark") else ""


@register.simple_tag
def teams_of(user: Any) -> QuerySet[Team]:
    """The teams that a person may switch between, by name."""
    return Team.objects.filter(memberships__user=user).order_by("name")
