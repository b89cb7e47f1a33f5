"""What the Schedule page says of times."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

register = template.Library()


@register.filter
def clock(instant: datetime, zone: str) -> str:
    """The time of day there: "09:00"."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"
