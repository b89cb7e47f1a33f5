"""The door of deliveries: POST /h/<team>/<secret part>.

`receive` is the view, for tests and `reverse`. In the server `straight` answers the same address before Django's middleware
and its threads for pages: the body is read by the event loop, so a slow sender holds up nobody.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from helix.triggers.intake.take import (
    AWAY,
    MOST_BYTES_OF_CUSTOMERIO,
    NOT_ALLOWED,
    TOO_LARGE,
    Answer,
    Call,
    take,
    take_all,
)

PREFIX = "/h/"
THREADS = 2
TOGETHER = 32  # at most so many calls in one statement
BODY_SECONDS = 10.0
HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="helix-intake")


@csrf_exempt
def receive(request: HttpRequest, team: str, path: str) -> HttpResponse:
    """Take a delivery in. The only view without a CSRF token: its callers are programs, and prove themselves otherwise."""
    if request.method != "POST":
        return _response(NOT_ALLOWED)
    body = request.read(MOST_BYTES_OF_CUSTOMERIO + 1)
    if len(body) > MOST_BYTES_OF_CUSTOMERIO:
        return _response(TOO_LARGE)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _response(take(Call(team, path, headers, request.META.get("QUERY_STRING", ""), body)))


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=HEADERS)


Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def is_delivery(scope: Mapping[str, Any]) -> bool:
    """Whether this ASGI request is for the door."""
    return bool(scope["type"] == "http" and scope["path"].startswith(PREFIX))


async def straight(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one ASGI request that `is_delivery`."""
    answer = await _answer(scope, receive)
    if answer is None:
        return  # the sender went away
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _answer(scope: Mapping[str, Any], receive: Receive) -> Answer | None:
    team, _, path = scope["path"][len(PREFIX) :].partition("/")
    if scope["method"] != "POST":
        return NOT_ALLOWED
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _read(receive)
    except TimeoutError:
        return Answer(408, f"The body did not arrive within {BODY_SECONDS:.0f} seconds. Send it again.")
    if body is None:
        return None
    if len(body) > MOST_BYTES_OF_CUSTOMERIO:
        return TOO_LARGE
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return await _queue.take(Call(team, path.rstrip("/"), headers, scope["query_string"].decode("latin-1"), body))


async def _read(receive: Receive) -> bytes | None:
    """The body, cut off just above the limit; None when the sender is gone."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body") or size > MOST_BYTES_OF_CUSTOMERIO:
            return b"".join(parts)


class Queue:
    """Calls that wait for a thread are taken in together: the busier the door, the fewer commits each call costs."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Call, asyncio.Future[Answer]]] = deque()
        self._clerks: set[asyncio.Task[None]] = set()

    async def take(self, call: Call) -> Answer:
        """The answer to the call. One of the event loop's own."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((call, answer))
        if len(self._clerks) < THREADS:
            clerk = loop.create_task(self._serve(loop))
            self._clerks.add(clerk)
            clerk.add_done_callback(self._clerks.discard)
        return await answer

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            answers = await loop.run_in_executor(_threads, _on_thread, [call for call, _ in taken])
            for (_, answer), given in zip(taken, answers, strict=True):
                if not answer.done():  # its sender may be gone
                    answer.set_result(given)


_queue = Queue()


def _on_thread(calls: list[Call]) -> list[Answer]:
    try:
        close_old_connections()
        return take_all(calls)
    except Exception:  # a defect of ours must not look to Customer.io as if the address were wrong
        if len(calls) > 1:
            return [answer for call in calls for answer in _on_thread([call])]
        log.exception("A delivery met a defect and was answered 503.")
        return [AWAY]
