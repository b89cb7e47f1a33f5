"""A run as it happens, as server-sent events: the run's state and the steps that have changed since the last event.

An event's id is the run's `seq`, so a browser that comes back (`Last-Event-ID`) is told exactly what it has missed; nothing is
kept for that but the run itself. Redis tells when there is something to look at; without it the database is asked each second.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from helix.engine.models import Run
from helix.runs.hints import hints
from helix.runs.picture import changes_since
from helix.runs.views.finding import run_or_404
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

LONGEST_SECONDS = 120.0
"""A stream ends after this time and the browser opens another."""
ASK_AGAIN_SECONDS = 5.0
"""So often a stream asks whether its person may still see the run: who was signed out, lost the role or the flow sees no more
within fifteen seconds."""
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
    seen = int(given) if given.isdecimal() else -1
    stream = StreamingHttpResponse(
        _told(run_id, seen, partial(_may_still, request, team, run_id)), content_type="text/event-stream"
    )
    stream["Cache-Control"] = "no-store"
    stream["X-Accel-Buffering"] = "no"
    return stream


@needs(Ability.SEE)
def _gate(request: TeamRequest, run_id: UUID) -> HttpResponse:
    run_or_404(request, run_id)
    return HttpResponse(status=204)


def _may_still(request: HttpRequest, team: str, run_id: UUID) -> bool:
    """Ask anew, as if the request had just come: by the session, the person and the role as they are now."""
    fresh = copy(request)
    fresh.session = type(request.session)(request.session.session_key)
    fresh.user = get_user(fresh)
    try:
        return _gate(fresh, team=team, run_id=run_id).status_code == 204
    except (Http404, PermissionDenied):
        return False


async def _told(run_id: UUID, seen: int, may_still: Callable[[], bool]) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    asked = loop.time()
    until = asked + LONGEST_SECONDS
    yield "retry: 1000\n\n"
    looks = 0
    with hints.about(run_id) as hint:
        while loop.time() < until:
            hint.clear()
            if loop.time() - asked >= ASK_AGAIN_SECONDS:
                asked = loop.time()
                if not await _aside(may_still):
                    return
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
