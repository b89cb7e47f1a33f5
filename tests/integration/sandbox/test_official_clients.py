"""Faithfulness: Customer.io's official Python clients run against the sandbox unchanged, and Helix sends what they send.

For the actions that an official Python client also has. The analytics client sends every call inside a batch, so each
item is compared with the body of Helix's single call.
"""

import json
import ssl
import urllib.request
import warnings
from collections.abc import Callable
from typing import Any

import pytest

# By their own modules: both wheels bring a customerio/__init__.py, and the one installed last wins.
from customerio.analytics.client import Client as Analytics
from customerio.api import APIClient, SendEmailRequest
from customerio.client_base import CustomerIOException
from customerio.track import CustomerIO

from integrations.customerio.sandbox.auth import APP_KEY, PIPELINES_KEY, SITE_ID, TRACK_KEY
from tests.fakes.sandbox import SandboxProcess
from tests.integration.sandbox.conftest import KEY, Send

ODD = "a/b@c+d%e ü"
IGNORED_IN_ITEMS = {
    "type": "the path says it in a single call",
    "timestamp": "the client stamps now; Helix leaves the time of receipt to Customer.io",
    "context": "the client names its library and version there",
    "integrations": "the client sends an empty object for “as configured”, Helix leaves it out",
    "anonymousId": "the client sends null for none, Helix leaves it out",
    "userId": None,
}


@pytest.fixture
def track(tls: SandboxProcess) -> CustomerIO:
    return CustomerIO(SITE_ID, TRACK_KEY, host="127.0.0.1", port=tls.port, retries=0)


@pytest.fixture
def analytics(sandbox: SandboxProcess) -> Analytics:
    return Analytics(PIPELINES_KEY, host=sandbox.url, sync_mode=True)


def secure(tls: SandboxProcess, path: str) -> Any:
    """A control call to the sandbox under TLS."""
    with urllib.request.urlopen(f"{tls.url}/_sandbox/{path}", context=ssl._create_unverified_context()) as answer:
        return json.load(answer)


def last(tls: SandboxProcess) -> dict[str, Any]:
    entry: dict[str, Any] = secure(tls, "requests")["requests"][-1]
    return entry


def test_the_track_client_identifies_tracks_merges_and_deletes(track: CustomerIO, tls: SandboxProcess) -> None:
    track.identify(id="new-1", email="new@example.com", plan="team")
    track.track("new-1", "signed_up", {"from": "ad"}, id="01J8ZK3Q5A16NDYYKAZMQKQR0A")
    track.track("new-1", "signed_up", {"from": "ad"}, id="01J8ZK3Q5A16NDYYKAZMQKQR0A")
    track.track_anonymous("anon-1", "looked", {"at": "home"})
    track.add_device("new-1", "device-1", "ios")
    track.identify(id="old-1", email="old@example.com", city="Paris")
    track.merge_customers("id", "new-1", "id", "old-1")

    state = secure(tls, "state")
    person = next(who for who in state["people"] if who["id"] == "new-1")
    assert (person["email"], person["attributes"]["city"], person["devices"][0]["id"]) == (
        "new@example.com",
        "Paris",
        "device-1",
    )
    assert [event["name"] for event in state["events"]][:2] == ["looked", "signed_up"]
    assert sum(event["name"] == "signed_up" for event in state["events"]) == 1

    track.delete_device("new-1", "device-1")
    track.delete("new-1")
    assert not [who for who in secure(tls, "state")["people"] if who["id"] == "new-1"]


def test_a_wrong_track_key_is_refused(tls: SandboxProcess) -> None:
    with pytest.raises(CustomerIOException, match="401"):
        CustomerIO(SITE_ID, "wrong", host="127.0.0.1", port=tls.port, retries=0).identify(id="x", email="x@example.com")


def test_suppress_is_the_same_request_as_the_official_clients(
    track: CustomerIO, tls: SandboxProcess, helix: Send, sandbox: SandboxProcess
) -> None:
    track.suppress(ODD)
    theirs = last(tls)

    helix("customer_io_suppress_person", identifier=ODD)
    ours = sandbox.requests()[-1]

    for name in ("method", "path", "query"):
        assert ours[name] == theirs[name], name
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert (ours["body"], theirs["body"]) == ("", {})  # the client sends an empty object where there is nothing to say
    assert sandbox.state()["suppressed"] == secure(tls, "state")["suppressed"] == [ODD]


def test_the_app_client_sends_a_transactional_message(sandbox: SandboxProcess) -> None:
    client = APIClient(APP_KEY, url=sandbox.url, retries=0)
    request = SendEmailRequest(to="a@example.com", identifiers={"id": "1"}, transactional_message_id="2")

    assert "delivery_id" in client.send_email(request)
    with pytest.raises(CustomerIOException, match="401"):
        APIClient("wrong", url=sandbox.url, retries=0).send_email(request)


Call = Callable[[Analytics], Any]
SAME: dict[str, tuple[Call, dict[str, Any]]] = {
    "identify_person": (
        lambda client: client.identify("u-1", {"email": "u@example.com"}, message_id=KEY),
        {"userId": "u-1", "traits": {"email": "u@example.com"}},
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
        lambda client: client.screen("u-1", name="Feed", properties={"tab": 2}, message_id=KEY),
        {"userId": "u-1", "name": "Feed", "properties": {"tab": 2}},
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


@pytest.mark.parametrize("action", SAME)
def test_a_pipelines_call_says_the_same_as_the_official_clients(
    action: str, analytics: Analytics, helix: Send, sandbox: SandboxProcess
) -> None:
    theirs_send, given = SAME[action]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the client uses datetime.utcnow
        theirs_send(analytics)
    theirs = sandbox.requests()[-1]
    sandbox.settings(dedupe=False)

    helix(action, **given)
    ours = sandbox.requests()[-1]

    (item,) = theirs["body"]["batch"]
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert (ours["method"], ours["path"]) == (theirs["method"], f"/v1/{item['type']}")
    said = {
        name: value
        for name, value in item.items()
        if value is not None and name not in set(IGNORED_IN_ITEMS) - {"userId"}
    }
    assert {name: value for name, value in said.items() if value != ""} == ours["body"]


def test_a_batch_is_the_same_request_as_the_official_clients(
    analytics: Analytics, helix: Send, sandbox: SandboxProcess
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        analytics.track("u-1", "ordered", {"n": 1}, message_id="m-1")
    theirs = sandbox.requests()[-1]

    helix(
        "send_batch",
        batch=[{"type": "track", "userId": "u-1", "event": "ordered", "properties": {"n": 1}, "messageId": "m-1"}],
    )
    ours = sandbox.requests()[-1]

    assert [ours[name] for name in ("method", "path", "query")] == [
        theirs[name] for name in ("method", "path", "query")
    ]
    assert ours["headers"]["authorization"] == theirs["headers"]["authorization"]
    assert set(theirs["body"]) - set(ours["body"]) == {"sentAt"}  # the client's own stamp
    (mine,), (item,) = ours["body"]["batch"], theirs["body"]["batch"]
    assert {name: item[name] for name in mine} == mine
