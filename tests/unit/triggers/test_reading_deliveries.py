"""What a delivery says: bodies, names among repeats, headers worth keeping; and which events concern a trigger."""

import json
from typing import Any

import pytest

from helix.triggers.intake import reading
from helix.triggers.matching import concerns
from integrations.customerio.hooks import EVENTS, Event, event_of


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a": 1}', "application/json; charset=utf-8", {"a": 1}),
        (b"[1, null]", "", [1, None]),
        (b"", "application/json", None),
        (b"a=1&b=&a=2", "application/x-www-form-urlencoded", {"a": "2", "b": ""}),
        (b'{"a": 1}', "application/vnd.event+json", {"a": 1}),
    ],
)
def test_json_and_forms_are_read(body: bytes, content_type: str, value: Any) -> None:
    assert reading.is_allowed(content_type)
    assert reading.read_body(body, content_type) == value


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "text/html"]
)
def test_other_types_are_not_taken(content_type: str) -> None:
    assert not reading.is_allowed(content_type)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "no JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "deeper"),
        (b"[" * 70 + b"]" * 70, "The body is nested deeper"),
    ],
)
def test_a_body_that_cannot_be_kept_is_told_in_words(body: bytes, words: str) -> None:
    with pytest.raises(reading.Unreadable, match=words):
        reading.read_body(body, "application/json")


@pytest.mark.parametrize(
    ("mode", "field", "headers", "body", "key"),
    [
        ("hmac", "order.id", {}, {"order": {"id": 17}}, "f:17"),
        ("hmac", "lines.1.id", {}, {"lines": [{}, {"id": "x"}]}, "f:x"),
        ("customerio", "", {"x-cio-idempotency-key": "k"}, {"event_id": "01J8"}, "e:01J8"),
        ("customerio", "", {"x-cio-idempotency-key": "k"}, {"any": "body"}, "h:k"),
        ("standard_webhooks", "", {"webhook-id": "msg_1"}, {}, "h:msg_1"),
        ("bearer", "", {"idempotency-key": "once"}, {}, "h:once"),
        ("bearer", "", {"webhook-id": "not this kind"}, {}, "b:"),
        ("hmac", "gone", {}, {"order": 1}, "b:"),
    ],
)
def test_repeats_are_told_by_the_best_name_there_is(
    mode: str, field: str, headers: dict[str, str], body: Any, key: str
) -> None:
    found = reading.dedupe_key(mode, field, headers, json.dumps(body).encode(), body)

    assert found.startswith(key)


def test_a_long_name_is_cut_to_a_digest_that_tells_it_from_others() -> None:
    first = reading.dedupe_key("none", "id", {}, b"", {"id": "x" * 5000})
    second = reading.dedupe_key("none", "id", {}, b"", {"id": "x" * 4999 + "y"})

    assert first != second
    assert len(first) <= 128 and len(second) <= 128


def test_proofs_and_what_proxies_add_are_not_kept() -> None:
    given = {"authorization": "Bearer x", "cookie": "a", "x-cio-signature": "b", "x-hub-signature-256": "c", "x-gitlab-token": "d",
             "x-forwarded-for": "e", "x-event": "push", "x-nul": "a\x00b"}  # fmt: skip

    assert reading.kept_headers(given) == {"x-event": "push", "x-nul": "ab"}


def email_event(**data: Any) -> Event:
    payload = {**EVENTS["email_bounced"].example, "data": {"recipient": "Ada@Shop.Example", **data}}
    event = event_of(json.dumps(payload).encode(), 0)
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"events": ["email_bounced"]}, True),
        ({"events": ["email_opened"]}, False),
        ({}, False),
        ({"events": ["email_bounced"], "campaign_ids": [7]}, True),
        ({"events": ["email_bounced"], "campaign_ids": [8]}, False),
        ({"events": ["email_bounced"], "newsletter_ids": [3]}, False),
        ({"events": ["email_bounced"], "newsletter_ids": [3], "campaign_ids": [7]}, True),
        ({"events": ["email_bounced"], "recipient_domains": ["@SHOP.example"]}, True),
        ({"events": ["email_bounced"], "recipient_domains": ["example"]}, False),
    ],
)
def test_an_event_concerns_a_trigger_by_name_origin_and_domain(config: dict[str, Any], expected: bool) -> None:
    assert concerns(config, email_event(campaign_id=7)) is expected


def test_the_domain_is_the_persons_when_the_event_names_no_address() -> None:
    config = {"events": ["email_bounced"], "recipient_domains": ["home.example"]}

    assert concerns(config, email_event(recipient="", identifiers={"id": "1", "email": "ada@home.example"}))
