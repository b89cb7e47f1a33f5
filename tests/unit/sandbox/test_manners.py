"""What holds for all three APIs: which is which, regions, rates, late reads, the log, faults, the file."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.customerio.sandbox.http import Answer, Request
from integrations.customerio.sandbox.log import Log, masked
from integrations.customerio.sandbox.server import Sandbox
from integrations.customerio.sandbox.store import Store
from integrations.customerio.sandbox.world import SETTINGS, World
from tests.unit.sandbox.door import KEYS, Door


def test_the_apis_are_told_apart_by_the_vendors_hosts_too(door: Door) -> None:
    region = door.track("GET", "/api/v1/accounts/region", host="TRACK.customer.io:443")
    elsewhere = door.track("GET", "/api/v1/accounts/region", host="api.customer.io")
    batch = door.cdp("identify", {"userId": "x"}, host="cdp.customer.io")

    assert (region.status, elsewhere.status, batch.status) == (200, 401, 200)


def test_a_host_of_the_wrong_region_behaves_as_the_vendors_does(door: Door) -> None:
    assert door.app("GET", "/v1/segments", host="api-eu.customer.io").status == 401
    assert door.track("GET", "/api/v1/accounts/region", host="track-eu.customer.io").status == 401
    assert door.cdp("track", {"userId": "x", "event": "y"}, strict=False, host="cdp-eu.customer.io").json == {}
    assert door.cdp("track", {"userId": "x", "event": "y"}, host="cdp-eu.customer.io").status == 401
    assert door.state()["counts"]["events"] == 0


def test_an_eu_account_on_the_us_track_host_is_sent_on(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"region": "eu"})

    sent_on = door.track("PUT", "/api/v1/customers/a%2Fb?x=1", {}, host="track.customer.io")
    refused = door.track("PUT", "/api/v1/customers/a%2Fb", {}, host="track.customer.io", authorization="Basic eDp5")

    assert sent_on.status == 301
    assert sent_on.headers["location"] == "https://track-eu.customer.io/api/v1/customers/a%2Fb?x=1"
    assert refused.status == 401
    assert door.app("GET", "/v1/segments", host="api-eu.customer.io").status == 200


def test_the_eleventh_read_of_a_second_is_refused_and_told_when_to_come_back(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"enforce_rates": True})

    statuses = [door.app("GET", "/v1/segments").status for _ in range(10)]
    refused = door.app("GET", "/v1/segments")
    door.call("PUT", "/_sandbox/clock", {"offset_seconds": 1})

    assert statuses == [200] * 10
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.json["errors"][0]["detail"].startswith("rate limited to 10 requests per 1s (reference ")
    assert door.app("GET", "/v1/segments").status == 200


@pytest.mark.parametrize("api", ["track", "pipelines"])
def test_soft_limits_are_enforced_only_when_told_to(api: str, door: Door) -> None:
    def call() -> int:
        if api == "track":
            return door.track("GET", "/api/v1/accounts/region").status
        return door.cdp("page", {"userId": "1"}).status

    door.call("PUT", "/_sandbox/settings", {"enforce_soft_rates": True})
    door.world.pace_of._calls[api] = deque([door.world._moment()] * 3000)
    assert call() == 429

    door.call("PUT", "/_sandbox/settings", {"enforce_soft_rates": False})
    assert call() == 200


def test_reads_lag_behind_writes_when_told_to_and_writes_keep_their_order(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"lag_ms": 5_000})
    door.cdp("identify", {"userId": "late", "traits": {"n": 1}})
    door.call("PUT", "/_sandbox/settings", {"lag_ms": 0})
    door.cdp("identify", {"userId": "late", "traits": {"n": 2}})
    assert "late" not in door.people()

    door.call("PUT", "/_sandbox/clock", {"offset_seconds": 5})
    assert door.people()["late"]["attributes"] == {"n": 2}


def test_the_log_has_what_came_undecoded_and_no_key(door: Door) -> None:
    door.track("POST", "/api/v1/customers/a%2Fb/events?x=%20", {"name": "bought"})
    door.cdp("track", b"no json", authorization="Basic c2VjcmV0LWNhbmFyeS1rZXk6")

    first, second = door.call("GET", "/_sandbox/requests").json["requests"]
    assert (first["method"], first["path"], first["query"], first["query_string"]) == (
        "POST", "/api/v1/customers/a%2Fb/events", {"x": " "}, "x=%20",
    )  # fmt: skip
    assert (first["body"], first["answer"], first["api"], first["signed"]) == (
        {"name": "bought"}, {"status": 200, "body": {}}, "track", True,
    )  # fmt: skip
    assert (second["body"], second["signed"], second["answer"]["status"]) == ("no json", False, 401)
    assert second["headers"]["authorization"] == "Basic …ZXk6"
    assert "c2VjcmV0" not in json.dumps([first, second])


def test_the_log_can_be_followed_and_cleared(door: Door) -> None:
    for _ in range(3):
        door.app("GET", "/v1/segments")
    found = door.call("GET", "/_sandbox/requests?since=1").json

    assert [entry["n"] for entry in found["requests"]] == [2, 3]
    assert [entry["n"] for entry in door.call("GET", "/_sandbox/requests?limit=1").json["requests"]] == [3]
    assert door.call("DELETE", "/_sandbox/requests").status == 204
    door.app("GET", "/v1/segments")
    assert [entry["n"] for entry in door.call("GET", f"/_sandbox/requests?since={found['next']}").json["requests"]] == [
        4
    ]


def test_the_log_shows_what_was_answered_not_what_it_became(door: Door) -> None:
    body = {"name": "Helix", "endpoint": "https://helix.example/h", "events": ["email_sent"]}
    door.app("POST", "/v1/reporting_webhooks", body)
    door.app("GET", "/v1/reporting_webhooks")
    door.app("DELETE", "/v1/reporting_webhooks/4")

    listed = door.call("GET", "/_sandbox/requests?since=1").json["requests"][0]
    assert listed["answer"]["body"]["reporting_webhooks"][0]["name"] == "Helix"


def test_the_log_is_bounded_in_number_and_in_bytes() -> None:
    log = Log()
    request = Request("POST", "127.0.0.1", "/v1/track", {}, {}, b"{}")
    for _ in range(2_100):
        log.answered(log.received(request), Answer())
    assert len(log.since(0)) == 2_000

    large = Request("POST", "127.0.0.1", "/v1/track", {}, {}, b"x" * 10_000_000)
    for _ in range(20):
        log.answered(log.received(large), Answer())
    assert sum(len(entry.request.body) for entry in log._entries) <= 64_000_000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Bearer sandbox-app-key", "Bearer …-key"),
        ("Bearer short", "Bearer …"),
        ("a-very-long-raw-key", "…-key"),
        ("", "…"),
    ],
)
def test_a_key_is_shown_by_its_kind_and_end_only(value: str, shown: str) -> None:
    assert masked(value) == shown


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"do": "status", "status": 503, "body": {"meta": {"error": "later"}}, "headers": {"Retry-After": "7"}}, 503),
        ({"do": "status", "status": 204}, 204),
        ({"do": "garbage"}, 200),
        ({"do": "delay", "seconds": 0.01}, 200),
        ({"do": "reset"}, 0),
        ({"do": "commit_then_reset"}, 0),
    ],
)
def test_a_fault_strikes_the_calls_that_match_so_many_times(fault: dict[str, object], status: int, door: Door) -> None:
    match = {"method": "PUT", "path": "/api/v1/customers/*"}
    door.call("PUT", "/_sandbox/faults", [{"match": match, "times": 1, **fault}])

    other, struck, after = (
        door.track("GET", "/api/v1/accounts/region"),
        door.track("PUT", "/api/v1/customers/new", {}),
        door.track("PUT", "/api/v1/customers/newer", {}),
    )

    assert (other.status, struck.status, after.status) == (200, status, 200)
    assert door.call("GET", "/_sandbox/faults").json == []
    assert ("new" in door.people()) is (fault["do"] in ("delay", "commit_then_reset"))
    entry = door.call("GET", "/_sandbox/requests").json["requests"][1]
    assert entry["note"] == f"fault: {fault['do']}"
    assert (entry["answer"] is None) is (status == 0)
    if status == 503:
        assert (struck.json, struck.headers["retry-after"]) == ({"meta": {"error": "later"}}, "7")


@pytest.mark.parametrize(
    "fault",
    [
        7, {}, {"do": "explode"}, {"do": "status", "status": 99}, {"do": "status", "times": True}, {"do": "delay", "seconds": 1e9},
        {"do": "status", "times": -1}, {"do": "status", "match": {"path": 3}}, {"do": "status", "match": []},
        {"do": "status", "headers": {"a b": "x"}}, {"do": "status", "headers": {"a": "x\r\ny"}},
        {"do": "status", "headers": {"Content-Length": "3"}}, {"do": "status", "headers": {"a": None}},
    ],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused_and_the_others_stay(fault: object, door: Door) -> None:
    door.call("PUT", "/_sandbox/faults", [{"do": "reset"}])

    said = door.call("PUT", "/_sandbox/faults", [fault])

    assert said.status == 400
    assert said.json["error"].startswith("Fault 0: ")
    assert len(door.call("GET", "/_sandbox/faults").json) == 1


@pytest.mark.parametrize(
    "given", [{"dedupe": 1}, {"region": "mars"}, {"lag_ms": -1}, {"lag_ms": 10**9}, {"lag_ms": True}, {"speed": 1}, []]
)
def test_a_setting_that_makes_no_sense_changes_nothing(given: object, door: Door) -> None:
    assert door.call("PUT", "/_sandbox/settings", given).status == 400
    assert door.state()["settings"] == {**SETTINGS, "enforce_rates": False}


def test_reset_brings_everything_back(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"region": "eu", "lag_ms": 9})
    door.call("PUT", "/_sandbox/faults", [{"do": "reset"}])
    door.call("PUT", "/_sandbox/clock", {"offset_seconds": 99})
    door.track("DELETE", "/api/v1/customers/1")

    assert door.call("POST", "/_sandbox/reset").status == 204

    assert door.state()["settings"] == SETTINGS
    assert door.state()["counts"]["people"] == 40
    assert door.call("GET", "/_sandbox/faults").json == door.call("GET", "/_sandbox/requests").json["requests"] == []
    assert door.call("GET", "/_sandbox/clock").json["offset_seconds"] == 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "0.0.0.0:8100", "api.customer.io", "192.168.1.7"]
)
def test_the_control_door_opens_for_loopback_names_only(host: str, door: Door) -> None:
    assert door.call("GET", "/_sandbox/state", host=host).status == 404


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8100", "[::1]", "[::1]:8100", "127.9.9.9"])
def test_the_control_door_opens_for_every_loopback_name(host: str, door: Door) -> None:
    assert door.call("GET", "/_sandbox/state", host=host).status == 200


def test_the_control_door_stays_shut_for_web_pages(door: Door) -> None:
    assert door.call("POST", "/_sandbox/reset", origin="https://evil.example").status == 404
    assert door.call("POST", "/_sandbox/reset", origin="null").status == 404


def test_the_workspace_is_kept_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "sandbox.json"
    sandbox = Sandbox(file)
    door = Door(sandbox)
    door.cdp("identify", {"userId": "kept"})
    door.call("PUT", "/_sandbox/settings", {"region": "eu"})

    sandbox.store.put(sandbox.store.changed())

    again = Door(Sandbox(file))
    assert sandbox.store.changed() is None
    assert "kept" in again.people()
    assert again.state()["settings"]["region"] == "eu"
    assert again.world.people.find("kept") is not None
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["sandbox.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 2}',
        '{"format": 2, "data": {"people": []}, "settings": {}, "clock_offset": 0}',
        '{"data": {}, "settings": {}}',
    ],
)
def test_a_file_that_is_no_workspace_is_put_aside(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    file.write_text(text)
    world = World()

    Store(file, world)

    assert len(world.data["people"]) == 40
    assert (tmp_path / "sandbox.json.unread").read_text() == text


def test_settings_that_a_file_has_wrong_are_left_at_their_first_value(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    store = Store(file, World())
    store.world.settings["lag_ms"] = -5
    store.world.dirty = True
    store.put(store.changed())

    world = World()
    Store(file, world)

    assert world.settings == SETTINGS


def test_who_hangs_up_in_the_middle_of_a_request_sent_none(door: Door) -> None:
    messages: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "raw_path": b"/v1/track", "query_string": b"",
             "headers": [(b"authorization", KEYS["pipelines"].encode())], "client": None}  # fmt: skip
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return next(messages)

    async def send(message: object) -> None:
        sent.append(message)

    asyncio.run(door.sandbox(scope, receive, send))

    assert sent == [] and door.sandbox.log.since(0) == []


def test_more_than_25_megabytes_are_refused(door: Door) -> None:
    body = b" " * 25_000_001

    assert door.app("POST", "/v1/campaigns/12/triggers", body).status == 413
    assert door.track("PUT", "/api/v1/customers/1", body).status == 413
    assert door.cdp("batch", body, strict=False).status == 200
    assert door.cdp("batch", body).status == 400
