"""Helix as an ASGI application: pages run on threads (twice the pages per second of Django's own ASGI handler); what lasts,
below /live/, runs on the loop."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

from helix.wsgi import application as pages

# isort: split
# Django is set up from here on.
from helix.triggers.intake.door import is_delivery, straight

PAGE_THREADS = 8
_pages = WSGIMiddleware(cast(Any, pages), workers=PAGE_THREADS)  # Django and a2wsgi spell the same protocol differently

_lasting = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request; a lifespan scope is acknowledged, anything but HTTP is refused."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if is_delivery(scope):
        await straight(scope, receive, send)
    elif scope["type"] == "http":
        await (_lasting if scope["path"].startswith("/live/") else _pages)(scope, receive, send)
