"""The secrets of an endpoint: sealed when they are set, opened to verify a call, replaced with both good for a while."""

import base64
import os
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from helix.connections import vault
from helix.triggers.intake.models import Endpoint

BOTH_GOOD = timedelta(hours=24)
CURRENT, OLD = "secret", "old_secret"


def make_secret(mode: str) -> str:
    """A fresh secret in the form that senders of this kind expect."""
    if mode == "standard_webhooks":
        return "whsec_" + base64.b64encode(os.urandom(24)).decode()
    return secrets.token_urlsafe(32)


def set_secret(endpoint: Endpoint, value: str, *, ours: bool, both_good: timedelta = BOTH_GOOD) -> None:
    """Make `value` the secret; the one before stays good for a while. The caller saves the endpoint."""
    data_key = vault.unwrap(bytes(endpoint.data_key), _whole(endpoint))
    if endpoint.secret is not None and both_good > timedelta(0):
        endpoint.old_secret, endpoint.old_until = endpoint.secret, timezone.now() + both_good
    else:
        endpoint.old_secret = endpoint.old_until = None
    endpoint.version += 1
    endpoint.secret = vault.seal(data_key, value, _place(endpoint, endpoint.version))
    endpoint.secret_is_ours = ours


def keys_of(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secrets that are good now, the newest first."""
    if endpoint.secret is None:
        return []
    data_key = vault.unwrap(bytes(endpoint.data_key), _whole(endpoint))
    keys = [vault.unseal(data_key, bytes(endpoint.secret), _place(endpoint, endpoint.version))]
    if endpoint.old_secret is not None and endpoint.old_until is not None and now < endpoint.old_until:
        keys.append(vault.unseal(data_key, bytes(endpoint.old_secret), _place(endpoint, endpoint.version - 1)))
    return keys


def fresh_data_key(endpoint: Endpoint) -> bytes:
    """A data key for a new endpoint, bound to it."""
    return vault.new_data_key(_whole(endpoint))


def _whole(endpoint: Endpoint) -> str:
    return f"endpoint|{endpoint.pk}"


def _place(endpoint: Endpoint, version: int) -> str:
    return vault.place(endpoint.team_id, endpoint.pk, "endpoint", version)
