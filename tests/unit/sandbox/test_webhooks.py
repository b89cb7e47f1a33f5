"""Reporting webhooks as the sandbox makes them: every event of Customer.io, signed, to this machine only."""

import json
import time
from typing import Any

import pytest

from integrations.customerio.hooks import EVENTS, Event, read_event
from integrations.customerio.sandbox.webhooks import SUBSCRIPTIONS, Order, read_order, ulid

ORDER = {"url": "http://127.0.0.1:9/h", "key": "whsec", "event": "email_bounced"}


def made(**more: Any) -> Order:
    order = read_order({**ORDER, **more}, int(time.time()), 1)
    assert isinstance(order, Order)
    return order


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_made_as_its_receiver_reads_it(name: str) -> None:
    order = made(event=name)

    event = read_event(order.headers, order.body, ["whsec"], time.time())

    assert isinstance(event, Event)
    assert event.known


def test_an_event_may_be_named_by_its_two_parts() -> None:
    order = read_order({"url": ORDER["url"], "key": "k", "object_type": "sms", "metric": "delivered"}, 1_790_000_000, 1)

    assert isinstance(order, Order)
    assert (order.payload["object_type"], order.payload["metric"]) == ("sms", "delivered")


def test_parts_are_laid_over_the_example_however_deep() -> None:
    order = made(overrides={"event_id": "E1", "data": {"identifiers": {"id": "zoë"}, "more": 1}})

    data = json.loads(order.body)["data"]
    assert json.loads(order.body)["event_id"] == "E1"
    assert (data["identifiers"]["id"], data["more"]) == ("zoë", 1)
    assert {"email", "cio_id"} <= data["identifiers"].keys()
    assert "more" not in str(EVENTS["email_bounced"].example)


def test_each_event_has_an_id_of_its_own() -> None:
    ids = {ulid(1_790_000_000_000, number) for number in range(100)}

    assert len(ids) == 100
    assert all(len(identity) == 26 for identity in ids)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"event": "email_eaten"}, "event"),
        ({"event": ["email_sent"]}, "event"),
        ({"url": "https://127.0.0.1/"}, "this machine"),
        ({"url": "http://10.0.0.1/"}, "this machine"),
        ({"url": "http://169.254.169.254/"}, "this machine"),
        ({"url": "http://127.0.0.1.evil.example/"}, "this machine"),
        ({"url": "http://user@10.0.0.1#@127.0.0.1/"}, "this machine"),
        ({"url": "http://127.0.0.1:99999/"}, "this machine"),
        ({"url": "file:///etc/hostname"}, "this machine"),
        ({"url": "http://["}, "this machine"),
        ({"url": 7}, "this machine"),
        ({"key": ""}, "key"),
        ({"key": "\ud800"}, "UTF-8"),
        ({"overrides": ["x"]}, "overrides"),
        ({"overrides": {"x": "\ud800"}}, "UTF-8"),
    ],
)
def test_an_order_that_makes_no_sense_is_a_sentence(more: dict[str, Any], says: str) -> None:
    found = read_order({**ORDER, **more}, 1_790_000_000, 1)

    assert isinstance(found, str)
    assert says in found


def test_a_reporting_webhook_may_be_made_for_72_events() -> None:
    assert len(SUBSCRIPTIONS) >= 72
    assert "customer_subscription_preferences_changed" in SUBSCRIPTIONS
