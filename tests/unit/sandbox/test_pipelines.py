"""The Pipelines API: strict or permissive, sizes, repeats, and what a call does."""

import gzip
import json
from typing import Any

import pytest

from tests.unit.sandbox.door import Door, basic

WHO = {"userId": "u-1"}


@pytest.mark.parametrize(
    ("call", "body", "says"),
    [
        ("identify", {}, "userId or anonymousId"),
        ("identify", {"userId": ""}, "userId or anonymousId"),
        ("identify", {"userId": 7}, "userId must be text"),
        ("identify", {**WHO, "traits": []}, "traits must be an object"),
        ("track", {**WHO}, "event is required"),
        ("track", {**WHO, "event": " "}, "event is required"),
        ("track", {**WHO, "event": "x", "timestamp": 1_613_063_089}, "ISO 8601"),
        ("track", {**WHO, "event": "x", "timestamp": "yesterday"}, "ISO 8601"),
        ("page", {"name": "Home"}, "userId or anonymousId"),
        ("group", {**WHO}, "groupId is required"),
        ("alias", {**WHO}, "previousId is required"),
        ("alias", {"anonymousId": "a", "previousId": "b"}, "userId is required"),
        ("batch", {"batch": []}, "list of calls"),
        ("batch", {"batch": [{"type": "batch"}]}, "batch[0]: type must be one of"),
        ("batch", {"batch": [{"type": "page", **WHO}, {"type": "track", **WHO}]}, "batch[1]: event is required"),
        ("track", b"[]", "JSON object"),
        ("track", b'{"userId": NaN}', "JSON object"),
        ("track", b"[" * 500 + b"]" * 500, "JSON object"),
        ("track", {**WHO, "event": "x", "properties": {"text": "ü" * 16_384}}, "exceeds 32768 bytes"),
        ("batch", {"batch": [{"type": "page", **WHO, "name": "x" * 33_000}]}, "batch[0]: the call exceeds 32768 bytes"),
        ("batch", {"batch": [{"type": "page", **WHO}], "x": "y" * 500_000}, "exceeds 500000 bytes"),
    ],
)
def test_a_bad_call_is_refused_when_strict_and_otherwise_dropped_without_a_word(
    call: str, body: Any, says: str, door: Door
) -> None:
    strict, permissive = door.cdp(call, body), door.cdp(call, body, strict=False)

    assert strict.status == 400
    assert says in strict.json["message"] and says in strict.json["meta"]["errors"][0]
    assert (permissive.status, permissive.json) == (200, {})
    assert says in door.state()["invalid"][0]["reason"]


@pytest.mark.parametrize(
    "key", ["", "Basic d3Jvbmc6", basic("sandbox-pipelines-key", "x"), "Bearer sandbox-pipelines-key"]
)
def test_a_wrong_key_is_401_when_strict_and_otherwise_200(key: str, door: Door) -> None:
    body = {**WHO, "event": "x"}

    assert door.cdp("track", body, authorization=key).status == 401
    assert door.cdp("track", body, strict=False, authorization=key).json == {}
    assert door.state()["counts"]["events"] == 0


def test_the_key_is_looked_at_before_the_body(door: Door) -> None:
    assert door.cdp("identify", {}, authorization="Basic d3Jvbmc6").status == 401


def test_any_other_value_of_the_header_is_permissive_and_a_setting_makes_all_calls_strict(door: Door) -> None:
    assert door.cdp("track", {}, strict=False, x_strict_mode="true").status == 200

    door.call("PUT", "/_sandbox/settings", {"strict": True})
    assert door.cdp("track", {}, strict=False).status == 400


def test_a_permissive_batch_does_what_is_right_and_drops_the_rest(door: Door) -> None:
    items = [{"type": "track", **WHO, "event": "good"}, {"type": "track", **WHO}, 7]

    assert door.cdp("batch", {"batch": items}, strict=False).json == {}
    assert [event["name"] for event in door.state()["events"]] == ["good"]
    assert door.state()["counts"]["invalid"] == 2


def test_a_strict_batch_with_a_bad_item_does_nothing(door: Door) -> None:
    items = [{"type": "track", **WHO, "event": "good"}, {"type": "track", **WHO}]

    assert door.cdp("batch", {"batch": items}).status == 400
    assert door.state()["counts"]["events"] == 0


def test_limits_are_inclusive(door: Door) -> None:
    empty = len(json.dumps({**WHO, "event": ""}).encode())
    body = {**WHO, "event": "e" * (32_768 - empty)}

    assert len(json.dumps(body).encode()) == 32_768
    assert door.cdp("track", body).status == 200
    assert door.cdp("track", {**WHO, "event": "e" * (32_769 - empty)}).status == 400


def test_a_repeated_message_id_is_one_event_unless_told_otherwise(door: Door) -> None:
    body = {**WHO, "event": "bought", "messageId": "m-1"}
    door.cdp("track", body)
    door.cdp("batch", {"batch": [{"type": "track", **body}]})

    assert (door.state()["counts"]["events"], door.state()["counts"]["repeats"]) == (1, 1)

    door.call("PUT", "/_sandbox/settings", {"dedupe": False})
    door.cdp("track", body)
    assert door.state()["counts"]["events"] == 2


def test_a_call_that_was_refused_may_come_again_with_its_message_id(door: Door) -> None:
    door.cdp("track", {**WHO, "messageId": "m-1"})
    door.cdp("track", {**WHO, "event": "bought", "messageId": "m-1"})

    assert door.state()["counts"]["events"] == 1


def test_gzip_is_read_and_a_bomb_is_not_unpacked(door: Door) -> None:
    good = gzip.compress(json.dumps({"batch": [{"type": "track", **WHO, "event": "packed"}]}).encode())
    bomb = gzip.compress(b" " * 20_000_000)

    assert door.cdp("batch", good, content_encoding="gzip").status == 200
    assert door.cdp("batch", bomb, content_encoding="gzip").status == 400
    assert door.cdp("batch", b"no gzip", content_encoding="gzip").status == 400
    assert [event["name"] for event in door.state()["events"]] == ["packed"]


def test_the_context_of_a_batch_is_a_default(door: Door) -> None:
    device = {"device": {"token": "t-1", "type": "ios"}}
    items = [{"type": "track", **WHO, "event": "Device Created or Updated"}]

    door.cdp("batch", {"batch": items, "context": device})

    assert door.people()["u-1"]["devices"] == [{"platform": "ios", "id": "t-1"}]


def test_identify_ties_what_an_anonymous_person_did_and_was_to_the_known_one(door: Door) -> None:
    door.cdp("identify", {"anonymousId": "a-1", "traits": {"plan": "team"}})
    door.cdp("page", {"anonymousId": "a-1", "name": "Home"})

    door.cdp("identify", {**WHO, "anonymousId": "a-1", "traits": {"email": "u@example.com"}})

    assert door.people()["u-1"]["attributes"] == {"plan": "team"}
    assert door.people()["u-1"]["email"] == "u@example.com"
    assert door.state()["events"][0]["userId"] == "u-1"


def test_a_group_is_made_with_its_type_and_the_tie_to_the_person(door: Door) -> None:
    traits = {"objectTypeId": "2", "name": "ACME", "relationshipAttributes": {"role": "admin"}}
    door.cdp("group", {**WHO, "groupId": "acme", "traits": traits})
    door.cdp("group", {"groupId": "acme", "traits": {"objectTypeId": "2", "size": 3}})

    group = door.state()["groups"][0]
    assert (group["id"], group["type"], group["attributes"]) == ("acme", "2", {"name": "ACME", "size": 3})
    assert group["people"] == ["u-1"]


def test_an_alias_merges_two_people(door: Door) -> None:
    door.cdp("alias", {"userId": "1", "previousId": "2"})

    assert "2" not in door.people()
    assert door.people()["1"]["attributes"]["name"] == "Ada Lovelace"


@pytest.mark.parametrize("event", ["User Deleted", "User Suppressed"])
def test_some_events_are_commands(event: str, door: Door) -> None:
    door.cdp("track", {"userId": "1", "event": event})
    door.cdp("track", {"userId": "2", "event": "Object Deleted", "properties": {"objectId": "acme-inc"}})

    state = door.state()
    assert "1" not in door.people()
    assert state["groups"] == []
    assert bool(state["suppressed"]) is (event == "User Suppressed")


def test_what_journeys_cannot_hold_is_accepted_and_dropped(door: Door) -> None:
    assert door.cdp("identify", {**WHO, "traits": {"bio": "x" * 1_001}}).status == 200
    assert door.cdp("track", {"userId": "u" * 151, "event": "x"}).status == 200

    assert "u-1" not in door.people()
    assert [row["reason"].partition(":")[0] for row in door.state()["invalid"]] == ["too large"] * 2
