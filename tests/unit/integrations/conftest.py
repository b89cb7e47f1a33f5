"""The cast of these tests: a listener over real HTTP, keys of a sandbox, one client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr

from integrations.catalog import ACTIONS
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply, open_client, send
from tests.unit.integrations.listener import Listener

KEYS = {
    "site_id": "sandbox-site",
    "track_key": "sandbox-track-key",
    "app_key": "sandbox-app-key",
    "pipelines_key": "sandbox-pipelines-key",
}
FACTS: dict[str, dict[str, Any]] = {
    fact["slug"]: fact for fact in json.loads(Path(__file__).with_name("facts").joinpath("actions.json").read_text())
}

Run = Callable[..., Any]
"""Sends an action; gives its `Reply`."""


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with open_client() as client:
        yield client


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def keys(base_url: str | None = None, name: str = "Production EU", **more: Any) -> Credentials:
    secrets = {name: SecretStr(value) for name, value in more.pop("secrets", KEYS).items()}
    return Credentials("customerio", more.pop("region", "eu"), secrets, base_url, name)


@pytest.fixture
def run(client: Client, listener: Listener) -> Run:
    """Send an action (by its key, without the prefix) to the listener."""

    def go(key: str, given: Mapping[str, JsonValue], **more: Any) -> Reply:
        credentials = more.pop("credentials", None) or keys(listener.url)
        more.setdefault("idempotency_key", "key-1")
        more.setdefault("timeout_seconds", 5.0)
        return send(ACTIONS[f"customerio.{key}"], given, credentials, client=client, **more)

    return go
