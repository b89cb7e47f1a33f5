"""Ports: the wanted one, the next free one, or a sentence."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from helix.up import ports
from helix.up.words import CannotStart


@contextmanager
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_taken_as_it_is() -> None:
    port = ports.any_free()
    assert ports.choose(port, asked_for=True) == port


def test_a_port_that_was_asked_for_and_is_used_stops_the_start_with_the_remedy() -> None:
    with taken() as port, pytest.raises(CannotStart, match=rf"Port {port} is used .* manage\.py up --port 8080"):
        ports.choose(port, asked_for=True)


def test_the_next_free_port_stands_in_for_the_default() -> None:
    with taken() as port:
        chosen = ports.choose(port, asked_for=False)
    assert port < chosen <= port + ports.TRIES


def test_nobody_there_is_not_an_answer() -> None:
    assert not ports.answers(ports.any_free(), "/healthz")
