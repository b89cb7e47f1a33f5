"""Trying a connection: which keys work, and what to change when one does not."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.customerio import connection
from integrations.customerio.apis import APP, PIPELINES, TRACK
from integrations.customerio.connection import FAMILY_SECRETS, ProbeResult, probe
from integrations.kit.client import Client
from integrations.kit.guard import Allowed, Guard
from tests.unit.integrations.conftest import KEYS, keys
from tests.unit.integrations.listener import Heard, Listener, Says

REFUSED = Says(401, {"errors": [{"detail": "unauthorized", "status": "401"}]})


def vendor(heard: Heard) -> Says:
    if heard.target == "/api/v1/accounts/region":
        return Says(200, {"url": "https://track-eu.customer.io", "region": "eu", "environment_id": 1})
    if heard.target == "/v1/identify":
        return Says(400, {"meta": {"errors": ["userId or anonymousId is needed"]}})
    return Says(200, {"workspaces": []})


def by_family(results: list[ProbeResult]) -> dict[str, ProbeResult]:
    return {result.family: result for result in results}


def test_good_keys_work_and_nothing_is_written(client: Client, listener: Listener) -> None:
    listener.says(vendor)

    found = by_family(probe(keys(listener.url), client))

    assert {family: result.ok for family, result in found.items()} == {"track": True, "app": True, "pipelines": True}
    assert found["track"].region == "eu"
    assert [heard.target for heard in listener.heard] == ["/api/v1/accounts/region", "/v1/workspaces", "/v1/identify"]
    assert listener.heard[2].json == {}
    assert listener.heard[2].headers["x-strict-mode"] == "1"


def test_refused_keys_say_what_to_check(client: Client, listener: Listener) -> None:
    listener.says(REFUSED)

    found = by_family(probe(keys(listener.url), client))

    assert not any(result.ok for result in found.values())
    assert "a Pipelines API key" in found["pipelines"].hint


def test_an_app_key_without_the_scope_for_workspaces_may_read_segments(client: Client, listener: Listener) -> None:
    listener.says(lambda heard: Says(403 if "workspaces" in heard.target else 200, {"segments": []}))

    found = probe(keys(listener.url, secrets={"app_key": KEYS["app_key"]}), client)

    assert [(result.family, result.ok) for result in found] == [("app", True)]


def test_pipelines_that_say_yes_to_nothing_at_all_are_taken_at_their_word(client: Client, listener: Listener) -> None:
    listener.says(Says(500, "down"))

    found = probe(keys(listener.url, secrets={"pipelines_key": KEYS["pipelines_key"]}), client)

    assert [(result.family, result.ok) for result in found] == [("pipelines", False)]
    assert "had trouble" in found[0].message


def test_half_a_track_key_is_told_without_a_call(client: Client, listener: Listener) -> None:
    found = probe(keys(listener.url, secrets={"site_id": "sandbox-site"}), client)

    assert [(result.family, result.ok) for result in found] == [("track", False)]
    assert "Track API key is missing" in found[0].message
    assert listener.heard == []


def test_no_keys_no_results(client: Client, listener: Listener) -> None:
    assert probe(keys(listener.url, secrets={}), client) == []


@pytest.fixture
def two_regions(monkeypatch: pytest.MonkeyPatch, client: Client) -> Any:
    """A US and an EU Customer.io, each over real HTTP on this machine, which the client may call for once."""
    us, eu = Listener(), Listener()
    for api in (APP, TRACK, PIPELINES):
        monkeypatch.setitem(api.hosts, "us", us.url)
        monkeypatch.setitem(api.hosts, "eu", eu.url)
    monkeypatch.setattr(client, "guard", Guard((Allowed.of_url(us.url), Allowed.of_url(eu.url))))
    yield us, eu
    us.close()
    eu.close()


def test_a_key_of_the_other_region_says_so(client: Client, two_regions: tuple[Listener, Listener]) -> None:
    us, eu = two_regions
    us.says(REFUSED)
    eu.says(vendor)

    found = by_family(probe(keys(region="us"), client))

    assert {(result.ok, result.region) for result in found.values()} == {(False, "eu")}
    assert found["app"].message == "The App API key belongs to the EU region, but the connection says US."
    assert found["app"].hint == "Set the region of the connection to EU."


def test_the_track_api_names_its_region_wherever_it_is_asked(
    client: Client, two_regions: tuple[Listener, Listener]
) -> None:
    us, _ = two_regions
    us.says(vendor)

    found = probe(keys(region="us", secrets={"site_id": "sandbox-site", "track_key": "sandbox-track-key"}), client)

    assert (found[0].ok, found[0].region) == (False, "eu")


def test_every_family_names_its_secrets() -> None:
    assert dict(FAMILY_SECRETS) == {
        "track": ("site_id", "track_key"),
        "app": ("app_key",),
        "pipelines": ("pipelines_key",),
    }
    assert connection.PROBE_SECONDS == 15
