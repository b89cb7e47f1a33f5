"""Reporting webhooks: an event as Customer.io would send it, signed, over real HTTP; to this machine only.

Facts: https://docs.customer.io/api/webhooks
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.customerio.hooks import EVENTS, sign

PATIENCE = 4.0
"""Seconds that Customer.io gives a receiver."""
NEAR = ("localhost", "127.0.0.1", "::1")
SUBSCRIPTIONS = frozenset(event.subscribe_as for event in EVENTS.values())
"""The names that a reporting webhook may be made for."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Order:
    """A webhook to send: where to, and its very bytes and headers."""

    url: str
    payload: dict[str, Any]
    body: bytes
    headers: dict[str, str]


def read_order(given: Mapping[str, Any], now: int, number: int) -> Order | str:
    """The webhook that is asked for, `number` being what makes its id its own; or a sentence that says what is wrong."""
    name = given.get("event") or f"{given.get('object_type')}_{given.get('metric')}"
    url, key, overrides = given.get("url"), given.get("key"), given.get("overrides") or {}
    if not isinstance(name, str) or name not in EVENTS:
        return "Send “event”, one of Customer.io's such as email_bounced, or “object_type” and “metric”."
    if not isinstance(url, str) or not is_near(url):
        return "Send “url”, an http address on this machine: the sandbox reaches no other."
    if not isinstance(key, str) or not key:
        return "Send “key”, the signing key."
    if not isinstance(overrides, dict):
        return "“overrides” must be an object: parts of the event, laid over the example."
    fresh = {"event_id": ulid(now * 1000, number), "timestamp": now}
    payload = _laid_over(json.loads(json.dumps(EVENTS[name].example)) | fresh, overrides)
    try:
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        signature = sign(key, now, body)
    except UnicodeEncodeError:
        return "“key” and “overrides” must be text that UTF-8 can say."
    return Order(
        url,
        payload,
        body,
        {"Content-Type": "application/json", "X-CIO-Timestamp": str(now), "X-CIO-Signature": signature},
    )


def is_near(url: str) -> bool:
    """Whether the address is on this machine: the sandbox must not be a way to reach other hosts."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in NEAR and (parts.port or 80) > 0
    except ValueError:
        return False


def _laid_over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in above.items():
        old = below.get(name)
        below[name] = _laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return below


def ulid(milliseconds: int, number: int) -> str:
    """A ULID made of a time and a number."""
    value = (milliseconds % 2**48) << 80 | number % 2**80
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def post(order: Order) -> tuple[int, str]:
    """Send it, with no proxy and following nothing: the receiver's status and text, or 0 and why there was none. Blocks."""
    parts = urlsplit(order.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, order.body, order.headers)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return 0, str(error) or type(error).__name__
    finally:
        connection.close()
