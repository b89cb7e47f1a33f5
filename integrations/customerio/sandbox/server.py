"""The ASGI application: reads the request, meets faults, asks the right API, writes the log, answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from integrations.customerio.sandbox import app_api, pipelines, track
from integrations.customerio.sandbox.auth import api_of
from integrations.customerio.sandbox.control import Control
from integrations.customerio.sandbox.faults import Fault, take
from integrations.customerio.sandbox.http import Answer, Request, app_error, read_request
from integrations.customerio.sandbox.log import Log
from integrations.customerio.sandbox.world import World

MOST_BYTES = 25_000_000
SAVE_SECONDS = 1.0
APIS = {"app": app_api.answer, "track": track.answer, "pipelines": pipelines.answer}
log = logging.getLogger(__name__)


class Sandbox:
    """`file` keeps the state over restarts; without it everything lives in memory."""

    def __init__(self, file: Path | None = None) -> None:
        self.world = World(file)
        self.log = Log()
        self.control = Control(self.world, self.log)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Save the state every moment, and at the end."""
        await receive()
        keeper = asyncio.create_task(self._keep())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        keeper.cancel()
        self.world.settle(everything=True)
        self.world.save()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            self.world.settle()
            try:
                self.world.save()
            except OSError as error:
                log.warning("The sandbox cannot save its state: %s", error)

    async def _http(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = await read_request(scope, receive, MOST_BYTES)
        if request is None:
            await _answer(send, app_error(413, "payload too large"))
        elif request.parts[0] == "_sandbox":
            await _answer(send, await asyncio.to_thread(self.control.answer, request))
        elif request.path == "/healthz":
            await _answer(send, Answer(body={"status": "ok"}))
        else:
            await self._api(request, send)

    async def _api(self, request: Request, send: Any) -> None:
        fault = take(self.control.faults, request)
        if fault is None:
            answer = self.ask(request)
            self.log.add(request, answer)
            await _answer(send, answer)
        else:
            await self._broken(request, fault, send)

    def ask(self, request: Request) -> Answer:
        """What the API that this request is for answers."""
        return APIS[api_of(request)](self.world, request)

    async def _broken(self, request: Request, fault: Fault, send: Any) -> None:
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.kind in ("status", "garbage"):
            answer = fault.answer()
            self.log.add(request, answer, f"fault: {fault.kind}")
            await _answer(send, answer)
            return
        answer = Answer() if fault.kind == "reset" else self.ask(request)
        self.log.add(request, None if "reset" in fault.kind else answer, f"fault: {fault.kind}")
        if fault.kind == "delay":
            await _answer(send, answer)
        elif fault.kind == "truncate":
            await _answer(send, answer, promised=len(answer.content()) + 100)
        else:
            _break_off(send)


async def _answer(send: Any, answer: Answer, promised: int | None = None) -> None:
    """Send the answer; with `promised`, say that more bytes come than do, so that the server breaks the connection off."""
    content = answer.content()
    headers = {"content-type": "application/json", **{name.lower(): value for name, value in answer.headers.items()}}
    if answer.status != 204:
        headers["content-length"] = str(promised or len(content))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    if promised:
        await send({"type": "http.response.body", "body": content, "more_body": True})
        await asyncio.sleep(0.05)  # let the first bytes leave
        _break_off(send)
    else:
        await send({"type": "http.response.body", "body": b"" if answer.status == 204 else content})


def _break_off(send: Any) -> None:
    """Drop the connection as a dying server does. ASGI has no word for it: uvicorn's `send` belongs to the connection's cycle."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    with contextlib.suppress(AttributeError):
        transport.abort()  # type: ignore[union-attr]
