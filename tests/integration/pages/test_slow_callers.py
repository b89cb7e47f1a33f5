"""Callers who send slowly or without end, and are not signed in, hold up nobody: the real server, over sockets."""

import http.client
import os
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fakes.installation import installation

SLOW = 24
"""More than there are threads for pages."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Path(tmp_path_factory.mktemp("slow"))
    with installation(folder, os.environ.get("HELIX_TEST_DATABASE_URL", "")) as apart:
        yield apart.serve()


def head_of(address: str, *more: str) -> bytes:
    """A form that a stranger may send: with the cookie of the page, so that its body is looked at."""
    with urllib.request.urlopen(f"{address}/sign-in/", timeout=10) as page:
        cookie = str(page.headers["Set-Cookie"]).split(";")[0]
    lines = [
        "POST /sign-in/ HTTP/1.1", f"Host: {urlsplit(address).netloc}", f"Cookie: {cookie}", f"Origin: {address}",
        "Content-Type: application/x-www-form-urlencoded", *more,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def line_to(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10)


def test_slow_bodies_do_not_keep_pages_from_others(address: str) -> None:
    head = head_of(address, "Content-Length: 1000")
    with ExitStack() as lines:
        for _ in range(SLOW):
            lines.enter_context(closing(line_to(address))).sendall(head + b"a=")
        with urllib.request.urlopen(f"{address}/sign-in/", timeout=10) as page:
            assert page.status == 200


@pytest.mark.parametrize("more", [f"Content-Length: {6 * 1024 * 1024}", "Content-Length: " + "9" * 400])
def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(address: str, more: str) -> None:
    with closing(line_to(address)) as line:
        line.sendall(head_of(address, more))
        assert line.recv(12) in (b"HTTP/1.1 413", b"HTTP/1.1 400")


def test_a_body_without_end_is_cut_off(address: str) -> None:
    piece = b"%x\r\n" % 100_000 + b"a" * 100_000 + b"\r\n"
    with closing(line_to(address)) as line:
        line.sendall(head_of(address, "Transfer-Encoding: chunked"))
        try:
            for _ in range(200):
                line.sendall(piece)
        except ConnectionError:
            return  # the server has closed the line
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_head_without_end_is_cut_off(address: str) -> None:
    with closing(line_to(address)) as line:
        line.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        try:
            for _ in range(100):
                line.sendall(b"a" * 100_000)
            assert line.recv(12) == b"HTTP/1.1 431"
        except ConnectionError:
            return  # the server has closed the line


def test_a_line_serves_one_request_after_another(address: str) -> None:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)) as line:
        for _ in range(3):
            line.request("GET", "/healthz")
            answer = line.getresponse()
            assert answer.status == 200 and answer.read() and line.sock is not None
