"""How long and how much a caller may send: bodies are read on the event loop before a thread is taken for a page.

A thread that waited for its caller's body would let a handful of slow callers, who need not be signed in, hold up all pages.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

MOST_BYTES = 5 * 1024 * 1024
"""More than any page or call takes: their own limits are below."""
BODY_SECONDS = 60.0
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


def whole_bodies(application: Application) -> Application:
    """The application, which gets a request when its body is here whole; too much is answered 413, too slow 408."""

    async def patient(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(scope, receive)
        except TimeoutError:
            await _refuse(send, 408, f"The body did not arrive within {BODY_SECONDS:.0f} seconds. Send it again.")
            return
        except _TooLarge:
            await _refuse(send, 413, f"The body is larger than {MOST_BYTES // 1024 // 1024} MB. Send less.")
            return
        if body is None:
            return  # the caller is gone
        kept: list[bytes] = [body]

        async def given() -> Any:
            if kept:
                return {"type": "http.request", "body": kept.pop(), "more_body": False}
            return await receive()

        await application(scope, given, send)

    return patient


class _TooLarge(Exception):
    """The body is larger than any that is read."""


async def _read(scope: MutableMapping[str, Any], receive: Receive) -> bytes | None:
    length = dict(scope["headers"]).get(b"content-length", b"")
    if length.isdigit() and (len(length) > 15 or int(length) > MOST_BYTES):
        raise _TooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise _TooLarge
        if not message.get("more_body"):
            return bytes(body)


async def _refuse(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"),
               (b"cache-control", b"no-store"), (b"connection", b"close")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})
