"""Customer.io calls us: reporting webhook events as typed payloads, and the proof that a call is genuine.

Facts: https://docs.customer.io/api/webhooks and https://docs.customer.io/files/journeys-webhooks.json. The list of
events lies beside this file in `events.json` (names, fields, an example of each).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import JsonValue

from integrations.kit.schema import DIALECT

PAST = timedelta(days=8)
"""How old a signed call may be: retries go on for 7 days and may keep their first time stamp."""
FUTURE = timedelta(minutes=5)
"""How far ahead the sender's clock may be."""

Payload = dict[str, JsonValue]


@dataclass(frozen=True)
class HookEvent:
    """A kind of event a reporting webhook can send. `payload` is the JSON Schema of what arrives."""

    name: str
    object_type: str
    metric: str
    subscribe_as: str
    """Its name in the settings of a reporting webhook."""
    summary: str
    payload: Mapping[str, Any]
    example: Payload


@dataclass(frozen=True)
class Event:
    """A genuine call. `id` is the key to tell repeats by; times are Unix seconds."""

    id: str
    name: str
    known: bool
    """False for an event that is not in `EVENTS`; it is passed on all the same."""
    occurred_at: int
    sent_at: int
    payload: Payload


@dataclass(frozen=True)
class Refusal:
    """A call that is not taken as an event.

    `genuine` calls were signed by Customer.io: answer them 2xx all the same, for any other answer stops the webhook for
    an hour. Others get 401.
    """

    code: Literal["no_signature", "no_timestamp", "too_old", "too_new", "wrong_signature", "unreadable"]
    message: str
    hint: str
    genuine: bool = False


def sign(key: str, timestamp: int | str, body: bytes) -> str:
    """The signature of a body: lower-case hex of HMAC-SHA256 over `v0:<timestamp>:<body>`."""
    return hmac.new(key.strip().encode(), f"v0:{timestamp}:".encode() + body, sha256).hexdigest()


def read_event(
    headers: Mapping[str, str],
    raw_body: bytes,
    keys: Iterable[str],
    now: float,
    *,
    past: timedelta = PAST,
    future: timedelta = FUTURE,
) -> Event | Refusal:
    """The event in a call, or why it is none. `keys` are the signing keys now valid (two while one replaces the other).

    `now` is in Unix seconds. Every key is tried in constant time, and nothing is parsed before the signature holds.
    """
    found = {name.lower(): value for name, value in headers.items()}
    signature, stamp = found.get("x-cio-signature", ""), found.get("x-cio-timestamp", "")
    if not signature:
        return Refusal("no_signature", "The call has no X-CIO-Signature header.", _NOT_CUSTOMERIO)
    if not re.fullmatch(r"[0-9]{1,12}", stamp, re.ASCII):
        return Refusal("no_timestamp", "The call has no readable X-CIO-Timestamp header.", _NOT_CUSTOMERIO)
    given = signature.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(given, sign(key, stamp, raw_body).encode()) for key in keys if key.strip()]
    if not any(matches):
        hint = "Copy the signing key of this reporting webhook from Customer.io again."
        return Refusal("wrong_signature", "The signature does not fit the signing key.", hint)
    sent_at = int(stamp)
    if now - sent_at > past.total_seconds():
        return Refusal("too_old", "The call was signed too long ago, so it may be a replay.", _CLOCK)
    if sent_at - now > future.total_seconds():
        return Refusal("too_new", "The call was signed in the future.", _CLOCK)
    return event_of(raw_body, sent_at)


def event_of(raw_body: bytes, sent_at: int) -> Event | Refusal:
    """The event in the body of a call that was found genuine before."""
    try:
        payload = json.loads(raw_body, parse_constant=_no_constants)
    except (ValueError, RecursionError):
        payload = None
    return _event(payload, sent_at)


def _event(payload: Any, sent_at: int) -> Event | Refusal:
    """Only the envelope is checked: Customer.io's own examples lack fields their schema requires."""
    body = payload if isinstance(payload, dict) else {}
    identity, metric, moment = body.get("event_id"), body.get("metric"), body.get("timestamp")
    whole = isinstance(moment, int) and not isinstance(moment, bool)
    if not (isinstance(identity, str) and identity and isinstance(metric, str) and whole):
        words = "The call is genuine, but it is no event: event_id, metric or timestamp is missing."
        return Refusal("unreadable", words, "See what the reporting webhook sends in Customer.io.", genuine=True)
    kind = body.get("object_type", body.get("object_type_type"))  # the published schema misspells it once
    name = name_of(kind if isinstance(kind, str) else "", metric)
    body.setdefault("data", {})
    return Event(identity, name, name in EVENTS, int(body["timestamp"]), sent_at, body)


def name_of(object_type: str, metric: str) -> str:
    """The name of an event from what arrives. Some metrics name the channel that caused them instead of the customer."""
    name = f"{object_type}_{metric}" if object_type else metric
    return name if name in EVENTS or f"customer_{metric}" not in EVENTS else f"customer_{metric}"


_NOT_CUSTOMERIO = "Only Customer.io calls this address; it always signs."
_CLOCK = "Check the clock of this machine, and that nobody sends recorded calls again."


def _no_constants(name: str) -> None:
    raise ValueError(name)


_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_IDENTIFIERS: dict[str, Any] = {
    "type": "object",
    "description": "The person, by identifiers, as the workspace allows.",
    "required": ["id"],
    "properties": {"id": {"type": ["string", "null"]}, "email": {"type": ["string", "null"]}, "cio_id": _TEXT},
    "additionalProperties": True,
}
_DEVICES: dict[str, Any] = {
    "type": "array",
    "description": "Push only: one object per device.",
    "items": {
        "type": "object",
        "required": ["device_id"],
        "properties": {
            "device_id": _TEXT,
            "device_platform": {"type": "string", "enum": ["ios", "android"]},
            "failure_message": _TEXT,
        },
    },
}
_FIELDS: dict[str, dict[str, Any]] = {
    "identifiers": _IDENTIFIERS,
    "recipients": _DEVICES,
    "customer_id": {**_TEXT, "deprecated": True, "description": "Older person id; empty for deleted people."},
    "email_address": {"type": ["string", "null"], "description": "Email address of the person."},
    "delivery_id": {**_TEXT, "description": "Id of the message; ties sent, opened, clicked … together."},
    "recipient": {**_TEXT, "description": "Address the message went to, by channel."},
    "subject": {"type": ["string", "null"], "description": "Subject line of the email."},
    "failure_message": {**_TEXT, "description": "Why it failed, for a person."},
    "content": {**_TEXT, "description": "The message; only when the webhook sends content."},
    "headers": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    "href": {**_TEXT, "description": "Address of the link."},
    "link_id": {**_NUMBER, "description": "Number of the link."},
    "tracked_response": {**_TEXT, "description": "Name of the action in an in-app message."},
    "inbound_event_id": {**_TEXT, "description": "Id of the reply."},
    "to": {**_TEXT, "description": "Your number that was replied to."},
    "proxied": {**_FLAG, "description": "A proxy fetched the email."},
    "prefetched": {**_FLAG, "description": "A machine opened it, such as Apple Mail."},
    "synthetic": {**_FLAG, "description": "The open was inferred from a click."},
    "machine": {**_FLAG, "description": "A machine clicked."},
}
# Every message belongs to a campaign, a broadcast, a newsletter or a transactional message, and carries its ids only.
_ORIGIN: dict[str, dict[str, Any]] = {
    "campaign_id": {"type": ["integer", "null"], "description": "Campaign it came from."},
    "broadcast_id": {"type": ["integer", "null"], "description": "Broadcast it came from."},
    "trigger_id": {**_NUMBER, "description": "Trigger of that broadcast."},
    "newsletter_id": {"type": ["integer", "null"], "description": "Newsletter it came from."},
    "content_id": {**_NUMBER, "description": "Variant of that newsletter."},
    "action_id": {**_NUMBER, "description": "Step of the campaign or broadcast."},
    "parent_action_id": {**_NUMBER, "description": "Step that holds that one."},
    "journey_id": {**_TEXT, "description": "The person's journey through it."},
    "trigger_event_id": {"type": ["string", "null"], "description": "Event that started the campaign."},
}
_TRANSACTIONAL = {"transactional_message_id": {"type": ["integer", "string"], "description": "Its template."}}
_OPTIONAL = {"subject", "customer_id"}
"""Required by the published schema, but absent in the official example, or deprecated."""


def _payload(fact: Mapping[str, Any]) -> dict[str, Any]:
    fields: list[str] = fact["fields"]
    data = {name: _FIELDS[name] for name in (field.rstrip("?") for field in fields)}
    required = [field for field in fields if not field.endswith("?") and field not in _OPTIONAL]
    if fact["from_message"]:
        shared = {name: _FIELDS[name] for name in ("delivery_id", "identifiers", "customer_id")}
        data = {**shared, **data, **_ORIGIN, **(_TRANSACTIONAL if fact["transactional"] else {})}
        certain = ["identifiers"] if fact["object_type"] == "customer" else ["delivery_id", "identifiers"]
        required = list(dict.fromkeys([*certain, *required]))
    return {
        "$schema": DIALECT,
        "type": "object",
        "required": ["event_id", "metric", "timestamp", "data"],
        "properties": {
            "event_id": {**_TEXT, "minLength": 1, "description": "Unique id of this event."},
            "object_type": {**_TEXT, "description": "Channel or subject of the event."},
            "metric": {**_TEXT, "description": "What happened."},
            "timestamp": {**_NUMBER, "description": "When it happened, in Unix seconds."},
            "data": {"type": "object", "required": required, "properties": data, "additionalProperties": True},
        },
        "additionalProperties": True,
    }


def _events() -> Mapping[str, HookEvent]:
    facts = json.loads(Path(__file__).with_name("events.json").read_text("utf-8"))["events"]
    return MappingProxyType(
        {
            fact["name"]: HookEvent(
                fact["name"],
                fact["object_type"],
                fact["metric"],
                fact["subscribe_as"],
                fact["summary"],
                _payload(fact),
                fact["example"],
            )
            for fact in facts
        }
    )


EVENTS = _events()
"""Every event, by name (`email_opened`)."""
