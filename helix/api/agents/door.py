"""The door of the MCP server, on the event loop of the web process: host, token and share of calls, then the protocol."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from helix.api.agents.server import CALLER, make_server, on_thread
from helix.api.auth import Caller, Token
from helix.api.errors import ApiError

PATH = "/mcp"
MOST_BYTES = 2 * 1024 * 1024
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AgentDoor:
    """Answers /mcp while it is open. Each request stands for itself: no session is kept, so any web process may answer."""

    def __init__(self) -> None:
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open from here to the end of the block."""
        manager = StreamableHTTPSessionManager(
            make_server(), json_response=True, stateless=True, max_request_body_size=MOST_BYTES
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            _same_house(headers)
            if self._manager is None:
                raise ApiError(503, "away", "The MCP server is not open.", "Call again in a moment.")
            caller = await on_thread(lambda: _caller(headers.get("authorization", "")))
            caller.address = str((scope.get("client") or ("",))[0])
        except ApiError as refused:
            await _refuse(refused, send)
            return
        await self._manager.handle_request({**scope, CALLER: caller}, receive, send)


def _same_house(headers: dict[str, str]) -> None:
    """Refuse what a foreign web page sends through somebody's browser (DNS rebinding)."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host]
    origin = headers.get("origin")
    for name in [headers.get("host", "")] + ([urlsplit(origin).netloc] if origin else []):
        if not validate_host(split_domain_port(name)[0], hosts):
            raise ApiError(403, "wrong_host", "This address is none of Helix.", "Use the address of HELIX_BASE_URL.")


def _caller(authorization: str) -> Caller:
    kind, _, key = authorization.partition(" ")
    found = Token().authenticate(HttpRequest(), key.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise ApiError(401, "unauthorized", "This call needs a valid token.", "Send `Authorization: Bearer hlx_…`.")
    return found


async def _refuse(refused: ApiError, send: Send) -> None:
    body = json.dumps({"error": refused.body}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **refused.headers}
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


door = AgentDoor()
