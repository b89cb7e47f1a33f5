"""Customer.io's official Python client for the Track API runs against the sandbox unchanged: every call, and its effect."""

from datetime import UTC, datetime
from typing import Any

import pytest
from customerio.client_base import CustomerIOException
from customerio.track import CustomerIO

from integrations.customerio.sandbox.auth import SITE_ID
from tests.fakes.sandbox import SandboxProcess

ODD = "a/b@c+d%e ü"


def person(tls: SandboxProcess, identifier: str) -> dict[str, Any] | None:
    return next((who for who in tls.state()["people"] if who["id"] == identifier), None)


@pytest.mark.parametrize("identifier", ["new-1", ODD, "907"])
def test_identify(track: CustomerIO, tls: SandboxProcess, identifier: str) -> None:
    born = datetime(2026, 1, 31, 12, tzinfo=UTC)

    track.identify(id=identifier, email="new@example.com", plan="team", born=born, score=float("nan"))

    who = person(tls, identifier)
    assert who is not None
    assert (who["email"], who["attributes"]) == ("new@example.com", {"plan": "team", "born": 1_769_860_800})


def test_track_with_an_id_twice_is_one_event(track: CustomerIO, tls: SandboxProcess) -> None:
    for _ in range(2):
        track.track("1", "bought", {"price": 9.5}, id="01J8ZK3Q5A16NDYYKAZMQKQR0A", timestamp=1_790_000_000)

    (event,) = tls.state()["events"]
    assert (event["type"], event["name"], event["userId"], event["properties"], event["timestamp"]) == (
        "track", "bought", "1", {"price": 9.5}, 1_790_000_000,
    )  # fmt: skip


def test_track_anonymous(track: CustomerIO, tls: SandboxProcess) -> None:
    track.track_anonymous("anon-1", "looked", {"at": "home"})
    track.track_anonymous(None, "invited", {"recipient": "x@example.com"})

    assert [(event["name"], event["anonymousId"]) for event in tls.state()["events"]] == [
        ("invited", None),
        ("looked", "anon-1"),
    ]


def test_pageview_and_backfill(track: CustomerIO, tls: SandboxProcess) -> None:
    track.pageview("1", "https://x.example/", referrer="ad")
    track.backfill("1", "joined", datetime(2026, 1, 31, tzinfo=UTC), source="csv")

    backfilled, page = tls.state()["events"]
    assert (page["type"], page["name"]) == ("page", "https://x.example/")
    assert (backfilled["name"], backfilled["timestamp"]) == ("joined", 1_769_817_600)


def test_devices(track: CustomerIO, tls: SandboxProcess) -> None:
    track.add_device("1", "token/1", "ios", last_used=1_790_000_000)
    track.add_device("1", "token-2", "android")
    track.delete_device("1", "token/1")

    who = person(tls, "1")
    assert who is not None
    assert [(device["id"], device["platform"]) for device in who["devices"]] == [("token-2", "android")]


def test_delete_lets_a_person_come_back(track: CustomerIO, tls: SandboxProcess) -> None:
    track.delete("1")
    assert person(tls, "1") is None

    track.identify(id="1", plan="new")
    assert person(tls, "1") is not None


def test_suppress_and_unsuppress(track: CustomerIO, tls: SandboxProcess) -> None:
    track.suppress("1")
    track.suppress(ODD)
    track.identify(id="1", plan="ignored")
    assert person(tls, "1") is None
    assert tls.state()["suppressed"] == [ODD, "ada.lovelace@example.com", "1"]

    track.unsuppress("1")
    track.unsuppress(ODD)
    assert tls.state()["suppressed"] == []


def test_merge_customers(track: CustomerIO, tls: SandboxProcess) -> None:
    track.identify(id="2", city="Paris")

    track.merge_customers("id", "1", "email", "grace.lovelace@example.com")

    kept = person(tls, "1")
    assert kept is not None and kept["attributes"]["city"] == "Paris"
    assert person(tls, "2") is None
    with pytest.raises(CustomerIOException, match="400"):
        track.merge_customers("id", "1", "id", "2")


def test_batch_of_version_2(track: CustomerIO, tls: SandboxProcess) -> None:
    who = {"type": "person", "identifiers": {"id": "v2"}}

    track.batch(
        [{**who, "action": "identify", "attributes": {"plan": "x"}}, {**who, "action": "event", "name": "bought"}]
    )

    assert person(tls, "v2") is not None
    assert tls.state()["events"][0]["name"] == "bought"


def test_a_wrong_key_is_refused(tls: SandboxProcess) -> None:
    with (
        CustomerIO(SITE_ID, "wrong", host="127.0.0.1", port=tls.port, retries=0) as stranger,
        pytest.raises(CustomerIOException, match="401"),
    ):
        stranger.identify(id="x")


def test_it_tries_again_after_a_server_error(tls: SandboxProcess, track: CustomerIO) -> None:
    tls.faults([{"do": "status", "status": 503, "times": 2}])

    with CustomerIO(track.site_id, track.api_key, host="127.0.0.1", port=tls.port, retries=3) as patient:
        patient.identify(id="again")

    assert [entry["answer"]["status"] for entry in tls.requests()] == [503, 503, 200]
