"""Each request has an id: the proxy's, or a new one. Lines written for it carry the id, and the answer tells it (X-Request-Id)."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any

from helix.ids import new_id
from helix.logs.around import AROUND

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
_HEADER = b"x-request-id"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TEAM = re.compile(r"/(?:t|h|live/t)/([\w-]{1,64})/")


def facts_of(name: str, method: str, path: str) -> Mapping[str, Any]:
    """What lines of a request say of it."""
    found = {"request": name, "method": method, "path": path}
    team = _TEAM.match(path)
    return {**found, "team": team.group(1)} if team else found


def with_ids(application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The ASGI application, each request of it under an id."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        name = given if _ID.fullmatch(given) else str(new_id()).encode()
        headers = [(each, value) for each, value in scope["headers"] if each != _HEADER]
        scope = {**scope, "headers": [*headers, (_HEADER, name)]}
        AROUND.set(partial(facts_of, name.decode(), scope["method"], scope["path"]))

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                held = list(message.get("headers", []))
                if not any(each == _HEADER for each, _ in held):
                    message = {**message, "headers": [*held, (_HEADER, name)]}
            await send(message)

        await application(scope, receive, answer)

    return named
