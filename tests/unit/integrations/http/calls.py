"""Shorthands: a connection's key, and one request that ends well or not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from integrations.http.request import request
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply
from integrations.kit.errors import CallError
from tests.unit.integrations.listener import Listener

KEY = "canary/token+1234"
JSON = {"content-type": "application/json; charset=utf-8"}


def held(secrets: dict[str, str] | None = None, **options: Any) -> Credentials:
    kept = {name: SecretStr(value) for name, value in (secrets or {"token": KEY}).items()}
    return Credentials("http", "us", kept, name="warehouse", options=options)


def go(client: Client, url: str, credentials: Credentials | None = None, **given: Any) -> Reply:
    return request({"url": url, **given}, credentials, client=client, idempotency_key="01KEY", timeout_seconds=5.0)


def failing(client: Client, url: str, credentials: Credentials | None = None, **given: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        go(client, url, credentials, **given)
    return caught.value


def named(listener: Listener, host: str) -> str:
    return f"http://{host}:{listener.server.server_port}"
