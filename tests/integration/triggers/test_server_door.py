"""The door as the server opens it, before Django's middleware: whole requests, torn ones, and many at once."""

import http.client
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.bench.intake import COUNT, KEY, MAKE
from tests.fakes.installation import Installation, installation
from tests.integration.triggers.conftest import event, signed


@dataclass
class Door:
    apart: Installation
    host: str
    path: str

    def call(
        self, body: bytes, *, method: str = "POST", path: str = "", chunked: bool = False
    ) -> tuple[int, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            given = iter([body[:10], body[10:]]) if chunked else body
            connection.request(method, path or self.path, given, signed(body, KEY), encode_chunked=chunked)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers
        finally:
            connection.close()

    def stored(self) -> int:
        count: int = self.apart.run(COUNT)
        return count


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = Path(tmp_path_factory.mktemp("door"))
    with installation(folder, os.environ.get("HELIX_TEST_DATABASE_URL", "")) as apart:
        path = apart.run(MAKE)
        yield Door(apart, urlsplit(apart.serve()).netloc, path)


def test_calls_are_answered_as_they_deserve_without_a_cookie(door: Door) -> None:
    good, headers = door.call(event(event_id="whole"))
    in_chunks, _ = door.call(event(event_id="chunked"), chunked=True)
    unknown, _ = door.call(event(), path=door.path[:-1] + "_")
    nothing, _ = door.call(event(), path="/h/")
    read, _ = door.call(b"", method="GET")
    huge, _ = door.call(b"x" * 3_000_000)

    assert (good, in_chunks, unknown, nothing, read, huge) == (202, 202, 404, 404, 405, 413)
    assert headers["Content-Type"] == "application/json" and "Set-Cookie" not in headers
    assert door.stored() == 2


def test_a_sender_that_goes_away_within_the_body_leaves_nothing(door: Door) -> None:
    before, body = door.stored(), event(event_id="torn")
    head = f"POST {door.path} HTTP/1.1\r\nHost: {door.host}\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in signed(body, KEY).items())

    with socket.create_connection(door.host.split(":"), timeout=5) as line:  # type: ignore[arg-type]
        line.sendall(head.encode() + b"\r\n" + body[:20])

    assert door.call(event(event_id="after it"))[0] == 202
    assert door.stored() == before + 1


def test_one_event_that_comes_many_times_at_once_is_kept_once(door: Door) -> None:
    before, body = door.stored(), event(event_id="at once")

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: door.call(body)[0], range(48)))

    assert answers == [202] * 48
    assert door.stored() == before + 1
