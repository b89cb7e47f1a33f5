"""Helix sends what Customer.io's official clients send: both requests are fetched from the sandbox's log and compared.

Actions that an official Python client has are compared with that client, run unchanged. Actions that only the official
Node or Go client has are compared with what its source and tests say it sends (`READ`).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from customerio.analytics.client import Client as Analytics
from customerio.track import CustomerIO

from integrations.catalog import CUSTOMERIO
from integrations.kit.errors import CallError
from tests.fakes.sandbox import SandboxProcess
from tests.integration.sandbox.conftest import KEY, Send

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ODD = "a/b@c+d%e ü"
LINE = ("method", "path", "query", "query_string")

DIFFERS_IN_ITEMS: Mapping[str, str] = {
    "type": "in a single call the path says it; compared with the path below",
    "timestamp": "the client stamps its own clock; Helix leaves the time to Customer.io unless it is given",
    "context.library": "the client names itself and its version there",
}
"""What is not compared, and why. Empty values are one more: the client sends null and {} where Helix sends nothing."""
DIFFERS_IN_BATCHES: Mapping[str, str] = {
    "sentAt": "the client's own clock, by which Customer.io corrects its timestamps"
}
DIFFERS_IN_SUPPRESS: Mapping[str, str] = {
    "body": "the client sends {} where there is nothing to say; Helix sends no body"
}

Call = Callable[[Analytics], Any]
PYTHON: dict[str, tuple[Call, dict[str, Any]]] = {
    "identify_person": (
        lambda client: client.identify("u-1", {"email": "u@example.com", "n": 1.5, "ok": True}, message_id=KEY),
        {"userId": "u-1", "traits": {"email": "u@example.com", "n": 1.5, "ok": True}},
    ),
    "track_event": (
        lambda client: client.track("u-1", "ordered", {"total": 49.9, "name": "Zoë"}, message_id=KEY),
        {"userId": "u-1", "event": "ordered", "properties": {"total": 49.9, "name": "Zoë"}},
    ),
    "track_page": (
        lambda client: client.page("u-1", name="Home", properties={"url": "https://x.example/"}, message_id=KEY),
        {"userId": "u-1", "name": "Home", "properties": {"url": "https://x.example/"}},
    ),
    "track_screen": (
        lambda client: client.screen(name="Feed", properties={"tab": 2}, anonymous_id="a-1", message_id=KEY),
        {"anonymousId": "a-1", "name": "Feed", "properties": {"tab": 2}},
    ),
    "add_person_to_group": (
        lambda client: client.group("u-1", "acme", {"objectTypeId": "1", "name": "ACME"}, message_id=KEY),
        {"userId": "u-1", "groupId": "acme", "traits": {"objectTypeId": "1", "name": "ACME"}},
    ),
    "create_alias": (
        lambda client: client.alias("old-9", "u-1", message_id=KEY),
        {"userId": "u-1", "previousId": "old-9"},
    ),
}
NODE = "https://github.com/customerio/customerio-node/blob/main"
GO = "https://github.com/customerio/go-customerio/blob/main"
READ: dict[str, tuple[dict[str, Any], tuple[str, str, str, Any], str]] = {
    "get_segments": ({}, ("GET", "/v1/segments", "", ""), f"{NODE}/test/api.ts listSegments, {GO}/segments_api.go"),
    "get_segment_details": ({"segment_id": 7}, ("GET", "/v1/segments/7", "", ""), f"{NODE}/test/api.ts getSegment"),
    "get_segment_membership": (
        {"segment_id": 1, "limit": 50},
        ("GET", "/v1/segments/1/membership", "limit=50", ""),
        f"{NODE}/test/api.ts getSegmentMembership",
    ),
    "list_newsletters": (
        {"limit": 25, "sort": "desc"},
        ("GET", "/v1/newsletters", "limit=25&sort=desc", ""),
        f"{NODE}/test/api.ts listNewsletters",
    ),
    "list_transactional_messages": ({}, ("GET", "/v1/transactional", "", ""), f"{NODE}/test/api.ts listTransactionalMessages"),
    "list_collections": ({}, ("GET", "/v1/collections", "", ""), f"{NODE}/docs/app.md listCollections"),
    "get_triggers": ({"broadcast_id": 4}, ("GET", "/v1/broadcasts/4/triggers", "", ""), f"{NODE}/test/api.ts getBroadcastTriggers"),
    "get_trigger": (
        {"broadcast_id": 1, "trigger_id": "5"},
        ("GET", "/v1/campaigns/1/triggers/5", "", ""),
        f"{NODE}/test/api.ts getBroadcastTriggerStatus",
    ),
    "trigger_broadcast": (
        {"broadcast_id": 1, "data": {"name": "foo"}, "emails": ["a@example.com"], "email_ignore_missing": True},
        ("POST", "/v1/campaigns/1/triggers", "", {"data": {"name": "foo"}, "emails": ["a@example.com"], "email_ignore_missing": True}),
        f"{NODE}/lib/api.ts triggerBroadcast, {GO}/trigger_broadcast.go",
    ),
    "report_push_events": (
        {"delivery_id": "d", "device_id": "t", "event": "opened", "timestamp": 1_613_063_089},
        ("POST", "/api/v1/push/events", "", {"delivery_id": "d", "device_id": "t", "event": "opened", "timestamp": 1_613_063_089}),
        f"{NODE}/lib/track.ts trackPush",
    ),
    "unsubscribe_delivery": (
        {"delivery_id": "dgOq6+/QWq6=", "unsubscribe": True},
        ("POST", "/unsubscribe/dgOq6%2B%2FQWq6%3D", "", {"unsubscribe": True}),
        f"{NODE}/lib/track.ts unsubscribe",
    ),
}  # fmt: skip
"""Action -> what Helix is given, what the official client sends (method, path, query, body), and where that is written."""
NOWHERE = ("get_messages", "list_snippets", "get_webhooks", "list_ip_addresses", "get_integrations")
"""In no official client that was read."""


def test_every_action_is_compared_or_said_to_be_in_no_client() -> None:
    compared = [*PYTHON, "send_batch", "customer_io_suppress_person", *READ, *NOWHERE]

    assert sorted(compared) == sorted(key.removeprefix("customerio.") for key in ACTIONS)


def said(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an item of the client says, without what is listed above as different."""
    context = {name: value for name, value in item["context"].items() if f"context.{name}" not in DIFFERS_IN_ITEMS}
    whole = {**item, "context": context}
    return {
        name: value for name, value in whole.items() if name not in DIFFERS_IN_ITEMS and value not in (None, "", {})
    }


@pytest.mark.parametrize("action", PYTHON)
def test_a_call_to_pipelines_says_the_same_as_the_official_client(
    action: str, analytics: Analytics, helix: Send, sandbox: SandboxProcess
) -> None:
    """The client sends every call inside a batch, so its item is compared with the body of Helix's single call."""
    theirs_send, given = PYTHON[action]
    theirs_send(analytics)
    sandbox.settings(dedupe=False)
    helix(action, **given)

    theirs, ours = sandbox.requests()

    (item,) = theirs["body"]["batch"]
    assert (ours["method"], ours["path"], ours["query_string"]) == (
        theirs["method"],
        f"/v1/{item['type']}",
        theirs["query_string"],
    )
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert ours["signed"] and theirs["signed"]
    assert ours["headers"]["content-type"] == theirs["headers"]["content-type"]
    assert ours["body"] == said(item)


def test_both_have_the_same_effect(analytics: Analytics, helix: Send, sandbox: SandboxProcess) -> None:
    def told(state: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in event.items() if name not in ("at", "timestamp")}
            for event in state["events"]
        ]

    for send, _ in PYTHON.values():
        send(analytics)
        sandbox.settings(dedupe=False)
    theirs = sandbox.state()
    sandbox.reset()
    sandbox.settings(enforce_rates=False, dedupe=False)
    for action, (_, given) in PYTHON.items():
        helix(action, **given)
    ours = sandbox.state()

    assert told(ours) == told(theirs) != []
    assert (ours["people"], ours["groups"]) == (theirs["people"], theirs["groups"])


def test_a_batch_is_the_same_request_as_the_official_clients(
    analytics: Analytics, helix: Send, sandbox: SandboxProcess
) -> None:
    analytics.track("u-1", "ordered", {"n": 1}, message_id="m-1")
    helix(
        "send_batch",
        batch=[{"type": "track", "userId": "u-1", "event": "ordered", "properties": {"n": 1}, "messageId": "m-1"}],
    )

    theirs, ours = sandbox.requests()

    assert [ours[name] for name in LINE] == [theirs[name] for name in LINE]
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert ours["signed"] and theirs["signed"]
    assert theirs["body"].keys() - ours["body"].keys() == set(DIFFERS_IN_BATCHES)
    (mine,), (item,) = ours["body"]["batch"], theirs["body"]["batch"]
    assert mine == {"type": item["type"], **said(item)}


@pytest.mark.parametrize("identifier", ["1", ODD, "person+tag@example.com", "a%2Fb", "~-._"])
def test_suppress_is_the_same_request_as_the_official_clients(
    identifier: str, track: CustomerIO, tls: SandboxProcess, helix: Send, sandbox: SandboxProcess
) -> None:
    track.suppress(identifier)
    helix("customer_io_suppress_person", identifier=identifier)

    (theirs,), (ours,) = tls.requests(), sandbox.requests()

    compared = [name for name in (*LINE, "body") if name not in DIFFERS_IN_SUPPRESS]
    assert [ours[name] for name in compared] == [theirs[name] for name in compared]
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert ours["signed"] and theirs["signed"]
    assert (ours["body"], theirs["body"]) == ("", {})
    assert sandbox.state()["suppressed"] == tls.state()["suppressed"]


@pytest.mark.parametrize("action", READ)
def test_a_call_is_what_the_source_of_an_official_client_says(
    action: str, helix: Send, sandbox: SandboxProcess
) -> None:
    given, (method, path, query, body), _ = READ[action]
    with suppress(CallError):  # an id that the sandbox does not have: what was sent is asked for here
        helix(action, **given)

    (ours,) = sandbox.requests()
    assert (ours["method"], ours["path"], ours["query_string"], ours["body"]) == (method, path, query, body)
    assert ours["signed"]
    scheme = "Bearer" if ours["api"] == "app" else "Basic"
    assert ours["headers"]["authorization"].startswith(f"{scheme} …")
