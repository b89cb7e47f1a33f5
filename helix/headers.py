"""Headers that every answer has, beside those of Django's own middleware and the Content-Security-Policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
            "payment", "usb")  # fmt: skip
ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
}


class HeadersMiddleware:
    """No page of Helix uses a camera, and no other site may draw in what it answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        for name, value in ALWAYS.items():
            answer.headers.setdefault(name, value)
        return answer
