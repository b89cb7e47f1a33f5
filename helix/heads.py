"""The head of a request on the line: so large, and so long on its way, at most. uvicorn itself sets no limit to either."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 64 * 1024
SECONDS = 20.0
REFUSED = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """uvicorn's own, which closes lines whose head is larger, or not whole in time: `--http helix.heads:Protocol`."""

    _bytes = 0
    _in_head = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._bytes = True, 0
        self._wait()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._settle()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._bytes += len(data)
            if self._bytes > MOST_BYTES:
                self.transport.write(REFUSED)
                self.transport.close()

    def _wait(self) -> None:
        self._settle()
        self._timer = self.loop.call_later(SECONDS, self._close)

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self.transport.close()
