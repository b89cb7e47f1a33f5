"""`python -m tests.bench.stub --port N [--delay S]`: a service that answers every request with the same 200, as fast as can be.

It reads no more of HTTP than where a request ends, so that it costs next to nothing beside what is measured.
`GET /v1/segments` gives about 5 MB.
"""

import argparse
import asyncio
import json
from typing import cast

import uvloop

BODY = b'{"ok":true,"value":42,"text":"hello"}'
ROWS = 40_000


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def five_megabytes() -> list[dict[str, object]]:
    """Rows that are about 5 MB as JSON, none like another."""
    return [{"id": number, "name": f"{number:08d}" * 11 + "x" * 8} for number in range(ROWS)]


SMALL = _answer(BODY)
BIG = _answer(json.dumps({"segments": five_megabytes()}, separators=(",", ":")).encode())


class Stub(asyncio.Protocol):
    """One connection."""

    delay = 0.0

    def __init__(self) -> None:
        self._got = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class, which inherits nothing

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (head := self._got.find(b"\r\n\r\n")) >= 0:
            lower = bytes(self._got[:head]).lower()
            at = lower.find(b"\r\ncontent-length:")
            length = int(lower[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._got) < head + 4 + length:
                return
            del self._got[: head + 4 + length]
            self._give(BIG if lower.startswith(b"get /v1/segments") else SMALL)

    def _give(self, answer: bytes) -> None:
        if self._transport is None:
            return
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def serve(port: int, delay: float) -> None:
    """Answer on this port of the machine until the process is ended."""
    Stub.delay = delay
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--delay", type=float, default=0.0)
    given = arguments.parse_args()
    uvloop.run(serve(given.port, given.delay))
