"""Helix as an ASGI application: pages run on threads (twice the pages per second of Django's own ASGI handler); what lasts,
below /live/ and at /mcp, runs on the loop."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

from helix.wsgi import application as pages

# isort: split
# Django is set up from here on.
from helix.api.agents.door import PATH
from helix.api.agents.door import door as agents
from helix.logs.around import name_process
from helix.logs.requests import with_ids
from helix.metrics.door import is_metrics
from helix.metrics.door import straight as figures
from helix.patience import whole_bodies
from helix.triggers.intake.door import is_delivery, straight

name_process("web")

PAGE_THREADS = 8
# Django and a2wsgi spell the same protocol differently.
_pages = whole_bodies(cast(Any, WSGIMiddleware(cast(Any, pages), workers=PAGE_THREADS)))

_lasting = whole_bodies(cast(Any, get_asgi_application()))


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request; during a lifespan the door of agents is open; anything but HTTP is refused."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif is_delivery(scope):
        await straight(scope, receive, send)
    elif is_metrics(scope):
        await figures(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].rstrip("/") == PATH:
        await agents(scope, receive, send)
    elif scope["type"] == "http":
        await (_lasting if scope["path"].startswith("/live/") else _pages)(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    await receive()
    async with agents.opened():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


application = with_ids(_answer)
