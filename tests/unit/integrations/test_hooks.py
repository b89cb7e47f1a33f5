"""Webhook events: genuine calls are read, everything else is refused for a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.customerio.hooks import EVENTS, Event, Refusal, read_event, sign

VECTORS = [
    (
        "whsec_test_7f3c",
        "1613063089",
        (
            '{"metric":"subscribed","event_id":"01E4C4CT6YDC7Y5M7FE1GWWPQJ","object_type":"customer","timestamp":1613063089,'
            '"data":{"customer_id":"0200000001"}}'
        ),
        "ddd4472b50c5661478b3b3b0e3d7ffecd2e554c3ff288e418e8b8a9d017a2dfb",
    ),
    (
        "5d1f0a9e4b7c42d8",
        "1767225600",
        (
            '{"metric":"sent","event_id":"01J8ZK3Q5A16NDYYKAZMQKQR0N","object_type":"email","timestamp":1767225599,"data":'
            '{"delivery_id":"RPILAgUBcRhIBqSfeiIwdIYJKxTY","subject":"Grüße – 50 % off ✓","recipient":"zoë@example.com"}}'
        ),
        "3b32916791c0481222f83a8836a5a6e11cca80c562b461079767eeedc9ffe338",
    ),
]
KEY, STAMP, BODY, SIGNATURE = VECTORS[1]
NOW = float(STAMP)


def call(signature: str = SIGNATURE, stamp: str = STAMP, body: str = BODY, key: str = KEY, now: float = NOW) -> Any:
    headers = {"X-CIO-Signature": signature, "x-cio-timestamp": stamp}
    return read_event(headers, body.encode(), [key], now)


def signed(body: str | bytes, now: float = NOW) -> Any:
    raw = body.encode() if isinstance(body, str) else body
    return read_event({"x-cio-signature": sign(KEY, STAMP, raw), "x-cio-timestamp": STAMP}, raw, [KEY], now)


def code(found: Any) -> str:
    return found.code if isinstance(found, Refusal) else "event"


@pytest.mark.parametrize(("key", "stamp", "body", "signature"), VECTORS, ids=["ascii", "utf-8"])
def test_the_vectors_hold(key: str, stamp: str, body: str, signature: str) -> None:
    assert sign(key, stamp, body.encode()) == signature
    assert code(call(signature, stamp, body, key, float(stamp))) == "event"


def test_a_genuine_call_becomes_an_event() -> None:
    assert call() == Event(
        id="01J8ZK3Q5A16NDYYKAZMQKQR0N",
        name="email_sent",
        known=True,
        occurred_at=1767225599,
        sent_at=1767225600,
        payload=json.loads(BODY),
    )


def flips(text: str) -> list[str]:
    raw = text.encode()
    return [
        (raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]).decode("utf-8", "surrogateescape")
        for at in range(len(raw))
        for bit in range(8)
    ]


def test_one_bit_changed_anywhere_is_refused() -> None:
    for signature in flips(SIGNATURE):
        assert code(call(signature=signature)) == "wrong_signature"
    for stamp in flips(STAMP):
        assert code(call(stamp=stamp)) in ("wrong_signature", "no_timestamp")
    for key in flips(KEY):
        if key.strip() == key and key.isprintable():
            assert code(call(key=key)) == "wrong_signature"
    raw = BODY.encode()
    for at in range(len(raw)):
        for bit in range(8):
            changed = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            headers = {"x-cio-signature": SIGNATURE, "x-cio-timestamp": STAMP}
            assert code(read_event(headers, changed, [KEY], NOW)) == "wrong_signature"


def test_two_keys_are_live_while_one_replaces_the_other() -> None:
    headers = {"X-CIO-SIGNATURE": SIGNATURE, "X-CIO-TIMESTAMP": STAMP}

    assert code(read_event(headers, BODY.encode(), ["newer-key", KEY], NOW)) == "event"
    assert code(read_event(headers, BODY.encode(), [KEY, "newer-key"], NOW)) == "event"
    assert code(read_event(headers, BODY.encode(), ["newer-key"], NOW)) == "wrong_signature"
    assert code(read_event(headers, BODY.encode(), [], NOW)) == "wrong_signature"
    assert code(read_event(headers, BODY.encode(), ["", " "], NOW)) == "wrong_signature"


def test_an_empty_key_signs_nothing() -> None:
    raw = BODY.encode()

    assert (
        code(read_event({"x-cio-signature": sign("", STAMP, raw), "x-cio-timestamp": STAMP}, raw, [""], NOW)) != "event"
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "event"), (8 * 86400, "event"), (8 * 86400 + 1, "too_old"), (-300, "event"), (-301, "too_new")],
)
def test_the_window_is_eight_days_back_and_five_minutes_ahead(seconds: int, expected: str) -> None:
    assert code(call(now=NOW + seconds)) == expected


@pytest.mark.parametrize("stamp", ["", " ", "-1", "+1", "1.0", "1e9", "1_0", "１２", "9" * 13, "now"])
def test_an_unreadable_time_stamp_is_refused(stamp: str) -> None:
    assert code(call(stamp=stamp)) == "no_timestamp"


@pytest.mark.parametrize("signature", ["ü", SIGNATURE.upper(), " " + SIGNATURE, "v0=" + SIGNATURE, SIGNATURE[:-1]])
def test_another_form_of_the_signature_is_refused(signature: str) -> None:
    assert code(call(signature=signature)) == "wrong_signature"


def test_a_call_without_a_signature_is_refused() -> None:
    assert code(read_event({}, b"{}", [KEY], NOW)) == "no_signature"


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{", '{"metric":"sent"}', '{"event_id":"","metric":"sent","timestamp":1}', "[" * 100_000,
     '{"event_id":"a","metric":"sent","timestamp":"1"}', '{"event_id":"a","metric":"sent","timestamp":NaN}', b"\xff"],
    ids=lambda body: str(body)[:20],
)  # fmt: skip
def test_a_genuine_call_that_is_no_event_says_that_it_is_genuine(body: str | bytes) -> None:
    found = signed(body)

    assert isinstance(found, Refusal)
    assert (found.code, found.genuine) == ("unreadable", True)


@pytest.mark.parametrize(
    ("object_type", "metric", "name", "known"),
    [
        ("email", "opened", "email_opened", True),
        ("carrier_pigeon", "landed", "carrier_pigeon_landed", False),
        ("", "sent", "sent", False),
        ("email", "cio_subscription_preferences_changed", "customer_cio_subscription_preferences_changed", True),
        ("sms", "subscribed", "customer_subscribed", True),
        ("email", "unsubscribed", "email_unsubscribed", True),
    ],
)
def test_events_are_named_and_unknown_ones_pass(object_type: str, metric: str, name: str, known: bool) -> None:
    body = {"event_id": "a", "metric": metric, "timestamp": 1, "extra": [1]} | (
        {"object_type": object_type} if object_type else {}
    )

    found = signed(json.dumps(body))

    assert (found.name, found.known, found.payload["extra"]) == (name, known, [1])


def test_there_are_73_events() -> None:
    assert len(EVENTS) == 73
    assert all(name == event.name for name, event in EVENTS.items())
    assert len({(event.object_type, event.metric) for event in EVENTS.values()}) == 73


def fits(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """A few words of JSON Schema: enough for payloads."""
    names = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(
        isinstance(value, names[k]) and not (k == "integer" and isinstance(value, bool)) for k in kinds
    ):
        return [f"{place} is {value!r}, not {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place} is not offered"]
    found = [f"{place}/{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, inner in schema.get("properties", {}).items() if isinstance(value, dict) else ():
        found += fits(value[name], inner, f"{place}/{name}") if name in value else []
    for item in value if isinstance(value, list) else ():
        found += fits(item, schema.get("items", {}), f"{place}[]")
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_each_example_fits_its_payload_and_is_read(name: str) -> None:
    event = EVENTS[name]

    found = signed(json.dumps(event.example))

    assert fits(event.example, dict(event.payload)) == []
    assert set(event.example["data"]) <= set(event.payload["properties"]["data"]["properties"])  # type: ignore[arg-type]
    assert (found.name, found.known) == (name, True)
    assert event.summary.endswith(".")


OFFICIAL = [
    {"metric": "subscribed", "event_id": "01E4", "object_type": "customer", "timestamp": 1613063089, "data": {"customer_id": "02", "email_address": "test@example.com", "identifiers": {"id": "42", "email": "test@example.com", "cio_id": "d9c1"}}},
    {"metric": "sent", "event_id": "01E4", "object_type": "email", "timestamp": 1613063089, "data": {"action_id": 42, "broadcast_id": 9, "customer_id": "02", "delivery_id": "RPIL", "identifiers": {"id": "42", "email": "test@example.com", "cio_id": "d9c1"}, "recipient": "test@example.com"}},
    {"metric": "sent", "event_id": "01E4", "object_type": "sms", "timestamp": 1613063089, "data": {"action_id": 42, "broadcast_id": 9, "customer_id": "02", "delivery_id": "RPIL", "identifiers": {"id": "42", "email": "test@example.com", "cio_id": "d9c1"}, "recipient": "+15551234567"}},
]  # fmt: skip


@pytest.mark.parametrize("example", OFFICIAL, ids=lambda example: f"{example['object_type']}_{example['metric']}")
def test_the_official_examples_fit(example: dict[str, Any]) -> None:
    found = signed(json.dumps(example))

    assert fits(example, dict(EVENTS[found.name].payload)) == []
