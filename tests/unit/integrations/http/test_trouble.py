"""Services that answer to do harm, or never end: each call ends in a named error, in its time, in little memory."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from integrations.http.request import request
from integrations.kit.client import Client
from integrations.kit.errors import CallError
from integrations.kit.guard import Allowed, Guard
from integrations.kit.wire import Transport
from tests.unit.integrations.test_network import raw_server

SECONDS = 1.0
MEMORY = 20_000_000
CHUNK = b"x" * 65536
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"
Talk = Callable[[socket.socket], object]


def answering(*parts: bytes | Iterator[bytes], pause: float = 0.0) -> Talk:
    """Reads the request, then sends these parts one after another."""

    def talk(connection: socket.socket) -> None:
        connection.settimeout(5)
        connection.recv(65536)
        for part in itertools.chain.from_iterable([each] if isinstance(each, bytes) else each for each in parts):
            connection.sendall(part)
            time.sleep(pause)

    return talk


def chunked(parts: Iterator[bytes]) -> Iterator[bytes]:
    return (b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


BOMB = gzip.compress(b"\x00" * 100_000_000, 9)
NESTED_BOMB = gzip.compress(BOMB, 9)
ENDS: dict[str, tuple[Talk, str]] = {
    "100 MB": (answering(HEAD + b"content-length: 100000000\r\n\r\n", itertools.repeat(CHUNK, 1600)), "too_large"),
    "without end": (answering(HEAD + b"\r\n", itertools.repeat(CHUNK)), "too_large"),
    "chunks without end": (answering(HEAD + b"transfer-encoding: chunked\r\n\r\n", chunked(itertools.repeat(CHUNK))), "too_large"),
    "empty lines without end": (answering(itertools.repeat(b"\r\n" * 8192)), "too_large|network"),
    "headers without end": (answering(HEAD, itertools.repeat(b"x-more: " + b"y" * 8000 + b"\r\n")), "too_large"),
    "one header without end": (answering(HEAD + b"x-long: ", itertools.repeat(CHUNK)), "too_large"),
    "interim answers without end": (answering(itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)), "network"),
    "a chunk size without end": (answering(HEAD + b"transfer-encoding: chunked\r\n\r\n", itertools.repeat(b"0" * 65536)), "network|too_large"),
    "a byte a moment, head": (answering(HEAD + b"x-slow: ", itertools.repeat(b"x"), pause=0.1), "network"),
    "a byte a moment, body": (answering(HEAD + b"content-length: 900000\r\n\r\n", itertools.repeat(b"x"), pause=0.1), "network"),
    "a byte a moment, chunks": (
        answering(HEAD + b"transfer-encoding: chunked\r\n\r\n", chunked(itertools.repeat(b"x")), pause=0.1), "network",
    ),
    "no answer": (lambda connection: time.sleep(2), "network"),
    "a bomb": (answering(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB), BOMB), "too_large"),
    "a bomb in a bomb": (
        answering(HEAD + b"content-encoding: gzip, gzip\r\ncontent-length: %d\r\n\r\n" % len(NESTED_BOMB), NESTED_BOMB),
        "bad_answer",
    ),
    "half of a packed answer": (
        answering(HEAD + b"content-encoding: gzip\r\ncontent-length: 15\r\n\r\n", gzip.compress(b"abcdef" * 9)[:15]), "bad_answer",
    ),
    "no packed answer": (answering(HEAD + b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"), "bad_answer"),
    "another packing": (answering(HEAD + b"content-encoding: br\r\ncontent-length: 3\r\n\r\nabc"), "bad_answer"),
    "broken off": (answering(HEAD + b"content-length: 10\r\n\r\nabc"), "network"),
    "no HTTP": (answering(b"SSH-2.0-OpenSSH_9.6\r\n"), "network"),
    "two lengths": (answering(HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab"), "network"),
    "hung up": (answering(), "network"),
    "bad JSON": (answering(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{x"), "bad_answer"),
    "redirected for ever": (answering(b"HTTP/1.1 302 Found\r\nlocation: /\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"), "refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_every_harmful_answer_ends_in_its_time_with_a_name_and_in_little_memory(name: str) -> None:
    talk, kinds = ENDS[name]
    with raw_server(talk) as url, Client(Guard((Allowed.read("127.0.0.1"),))) as client:
        tracemalloc.start()
        began = time.monotonic()
        try:
            with pytest.raises(CallError) as caught:
                request({"url": url}, None, client=client, idempotency_key="k", timeout_seconds=SECONDS)
            took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert caught.value.kind in kinds.split("|")
    assert caught.value.hint and caught.value.message
    assert took < SECONDS + 2
    assert peak < MEMORY


def test_a_name_that_nobody_looks_up_in_time_is_given_up() -> None:
    def lookup(host: str, port: int) -> list[str]:
        time.sleep(2)
        return ["127.0.0.1"]

    with Client(transport=Transport(lookup=lookup)) as client:
        began = time.monotonic()
        with pytest.raises(CallError) as caught:
            request({"url": "https://slow.example"}, None, client=client, idempotency_key="k", timeout_seconds=0.3)

    assert time.monotonic() - began < 1.5
    assert (caught.value.kind, caught.value.sent) == ("network", False)


def test_a_server_that_speaks_no_tls_was_certainly_not_sent_to() -> None:
    with (
        raw_server(answering(HEAD + b"\r\n")) as url,
        Client(Guard((Allowed.read("127.0.0.1"),))) as client,
        pytest.raises(CallError) as caught,
    ):
        given = {"url": url.replace("http:", "https:")}
        request(given, None, client=client, idempotency_key="k", timeout_seconds=SECONDS)

    assert (caught.value.kind, caught.value.sent) == ("network", False)
