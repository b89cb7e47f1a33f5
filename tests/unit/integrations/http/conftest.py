"""Two services of this machine, and a client that may call them by address and by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.kit.client import Client
from integrations.kit.guard import Allowed, Guard
from integrations.kit.wire import Transport
from tests.unit.integrations.listener import Listener


@pytest.fixture
def other() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def client(listener: Listener, other: Listener) -> Iterator[Client]:
    """A client that may call these two listeners of this machine, by address and by two names."""

    def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    allowed = ["127.0.0.1", "api.example", "other.example"]
    with Client(Guard(tuple(map(Allowed.read, allowed))), Transport(lookup=lookup)) as client:
        yield client
