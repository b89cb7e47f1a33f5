"""A run as it happens, as server-sent events: the run's state and the steps that have changed since the last event.

An event's id is the run's `seq`, so a browser that comes back (`Last-Event-ID`) is told exactly what it has missed; nothing is
kept for that but the run itself. Redis tells when there is something to look at; without it the database is asked each second.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from helix.engine.models import Run
from helix.runs.hints import hints
from helix.runs.picture import changes_since
from helix.runs.views.finding import run_or_404
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

LONGEST_SECONDS = 120.0
"""A stream ends after this time and the browser opens another: whoever left the team sees no more."""
LOOK_SECONDS, LOOK_ALONE_SECONDS = 10.0, 1.0
FIRST_LOOKS = 3
"""At first the database is asked each second even with Redis: workers tell little while nobody listens."""
_threads = ThreadPoolExecutor(4, thread_name_prefix="helix-live")
T = TypeVar("T")


@require_GET
async def events(request: HttpRequest, team: str, run_id: UUID) -> HttpResponseBase:
    """The stream of one run; the same people may see it as its page."""
    refused = await sync_to_async(_gate)(request, team=team, run_id=run_id)
    if refused.status_code != 204:
        return refused
    given = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    stream = StreamingHttpResponse(
        _told(run_id, int(given) if given.isdecimal() else -1), content_type="text/event-stream"
    )
    stream["Cache-Control"] = "no-store"
    stream["X-Accel-Buffering"] = "no"
    return stream


@needs(Ability.SEE)
def _gate(request: TeamRequest, run_id: UUID) -> HttpResponse:
    run_or_404(request, run_id)
    return HttpResponse(status=204)


async def _told(run_id: UUID, seen: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_SECONDS
    yield "retry: 1000\n\n"
    looks = 0
    with hints.about(run_id) as hint:
        while loop.time() < until:
            hint.clear()
            state = await _aside(partial(_look, run_id, seen))
            if state is None:
                return
            if state["seq"] > seen:
                seen = state["seq"]
                yield f"id: {seen}\ndata: {json.dumps(state, cls=DjangoJSONEncoder)}\n\n"
            if state["is_final"]:
                yield "event: end\ndata: {}\n\n"
                return
            try:
                looks += 1
                told = hints.connected and looks > FIRST_LOOKS
                await asyncio.wait_for(hint.wait(), LOOK_SECONDS if told else LOOK_ALONE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"


def _look(run_id: UUID, seen: int) -> dict[str, Any] | None:
    run = Run.objects.filter(pk=run_id).first()
    return None if run is None else changes_since(run, seen)


async def _aside(look: Callable[[], T]) -> T:
    """Look into the database on a thread; its connection is checked before, as for a request."""

    def looked() -> T:
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()
        return look()

    return await asyncio.get_running_loop().run_in_executor(_threads, looked)
