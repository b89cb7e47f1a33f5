"""The viewer's time zone: dates on pages are shown in it."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ViewerZoneMiddleware:
    """Activates the signed-in person's zone for the length of a request; UTC for others and for a zone that vanished."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "timezone", "UTC")
        with timezone.override(zoneinfo.ZoneInfo(name if name in zoneinfo.available_timezones() else "UTC")):
            return self.get_response(request)
