"""HTTP request: any service, under the guard of this installation."""

from collections.abc import Callable, Mapping
from typing import Any

from helix.connections.outgoing import guarded
from integrations.http.request import request
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply


def http_request(
    settings: Mapping[str, Any],
    credentials: Credentials | None,
    *,
    client: Client,
    idempotency_key: str,
    timeout_seconds: float,
    before_send: Callable[[], None],
) -> Reply:
    """Send the request of these settings (worked out), within the time; CallError when it does not end well.

    `credentials` are those of the step's connection, None without one. The reply's data: {status, headers, body}.
    """
    return request(
        settings,
        credentials,
        client=guarded(client),
        idempotency_key=idempotency_key,
        timeout_seconds=timeout_seconds,
        before_send=before_send,
    )
