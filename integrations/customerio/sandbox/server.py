"""The ASGI application: reads the request, writes the log, meets faults, asks the right API, answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from pathlib import Path
from typing import Any

from integrations.customerio.sandbox import app_api, pipelines, track
from integrations.customerio.sandbox.auth import api_of
from integrations.customerio.sandbox.control import Control
from integrations.customerio.sandbox.faults import Fault, take
from integrations.customerio.sandbox.http import Answer, Request, read_request
from integrations.customerio.sandbox.limits import BROADCAST_BYTES
from integrations.customerio.sandbox.log import Log
from integrations.customerio.sandbox.store import Store
from integrations.customerio.sandbox.world import World

SAVE_SECONDS = 1.0
MOMENT = 0.05
"""Seconds in which a broken connection is noticed."""
APIS = {"app": app_api.answer, "track": track.answer, "pipelines": pipelines.answer}
WITHOUT_BODY = (204, 304)


class Sandbox:
    """`file` keeps the workspace over restarts; without it everything lives in memory."""

    def __init__(self, file: Path | None = None) -> None:
        self.world = World()
        self.log = Log()
        self.store = Store(file, self.world)
        self.control = Control(self.world, self.log)
        self.is_ending = False  # nobody is kept waiting any more

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Save the workspace every moment, and at the end."""
        await receive()
        keeper = asyncio.create_task(self._keep())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        self.world.settle(everything=True)
        self.store.put(self.store.changed())
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep(self) -> None:
        pause = SAVE_SECONDS
        while True:
            await asyncio.sleep(pause)
            self.world.settle()
            began = time.monotonic()
            text = self.store.changed()
            pause = max(SAVE_SECONDS, 50 * (time.monotonic() - began))  # a large workspace is not written all the time
            await asyncio.to_thread(self.store.put, text)

    async def _http(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = await read_request(scope, receive, BROADCAST_BYTES)
        if request is None:
            return
        if request.parts[0] == "_sandbox":
            await _answer(send, await self.control.answer(request))
        elif request.path == "/healthz":
            await _answer(send, Answer(body={"status": "ok"}))
        else:
            await self._api(request, send)

    async def _api(self, request: Request, send: Any) -> None:
        entry = self.log.received(request)
        fault = take(self.control.faults, request)
        if fault is None:
            answer = self.ask(request)
            self.log.answered(entry, answer)
            await _answer(send, answer)
            return
        if fault.kind == "delay":
            until = time.monotonic() + fault.seconds
            while (left := until - time.monotonic()) > 0 and not self.is_ending:
                await asyncio.sleep(min(left, MOMENT))
        made = self._made(request, fault)
        self.log.answered(entry, None if "reset" in fault.kind else made, f"fault: {fault.kind}")
        if made is None or fault.kind == "commit_then_reset":
            await _break_off(send)
        else:
            await _answer(send, made, cut=fault.kind == "truncate")

    def ask(self, request: Request) -> Answer:
        """What the API that this request is for answers."""
        return APIS[api_of(request)](self.world, request)

    def _made(self, request: Request, fault: Fault) -> Answer | None:
        """The answer that a faulty call gets, or is kept from getting: the workspace has changed in any case but `reset`,
        `status` and `garbage`."""
        if fault.kind == "reset":
            return None
        return fault.answer() if fault.kind in ("status", "garbage") else self.ask(request)


async def _answer(send: Any, answer: Answer, cut: bool = False) -> None:
    """Send the answer; when `cut`, only half of it, and then the connection is broken off."""
    content = b"" if answer.status in WITHOUT_BODY else answer.content
    headers = {"content-type": "application/json", **{name.lower(): value for name, value in answer.headers.items()}}
    if answer.status not in WITHOUT_BODY:
        headers["content-length"] = str(len(content) + (cut and not content))
    pairs = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    if cut:
        await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        await _break_off(send, abruptly=False)
    else:
        await send({"type": "http.response.body", "body": content})


async def _break_off(send: Any, abruptly: bool = True) -> None:
    """Drop the connection as a dying server does: with a reset or, when not `abruptly`, once what was sent has left.

    ASGI has no word for it; uvicorn's `send` knows its connection.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    if abruptly:
        with contextlib.suppress(OSError, AttributeError):
            lingering = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
        transport.abort()
    else:
        transport.close()
    await asyncio.sleep(MOMENT)  # uvicorn learns that the caller is gone, and complains of nothing
