"""The Track API, both versions."""

from typing import Any

import pytest

from tests.unit.sandbox.door import KEYS, Door, basic

EVENT = {"name": "bought", "data": {"price": 12}}


@pytest.mark.parametrize("key", ["", basic("sandbox-site", "wrong"), KEYS["app"], KEYS["pipelines"], "Basic %%%"])
def test_another_key_is_refused(key: str, door: Door) -> None:
    said = door.track("PUT", "/api/v1/customers/1", {}, authorization=key)

    assert (said.status, said.json) == (401, {"meta": {"error": "Unauthorized request"}})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/unsubscribe/RPILAgUBcRhIBq000001IwdIYJKxTY%3D", {"unsubscribe": True}),
        (
            "POST",
            "/api/v1/push/events",
            {"delivery_id": "d", "event": "opened", "device_id": "x", "timestamp": 1_613_063_089},
        ),
        ("POST", "/api/v1/metrics", {"delivery_id": "d", "metric": "clicked"}),
    ],
)
def test_what_devices_and_recipients_send_needs_no_key(method: str, path: str, body: Any, door: Door) -> None:
    assert (door.call(method, path, body).status, door.track(method, path, body).status) == (200, 200)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", f"/api/v1/customers/{'x' * 151}", {}, 400),
        ("PUT", "/api/v1/customers/%20", {}, 400),
        ("PUT", "/api/v1/customers/1", b"no json", 400),
        ("PUT", "/api/v1/customers/1", {"a" * 151: 1}, 400),
        ("PUT", "/api/v1/customers/1", {"a": "x" * 1_001}, 400),
        ("PUT", "/api/v1/customers/1", {f"a{n}": n for n in range(301)}, 400),
        ("POST", "/api/v1/customers/1/events", {"name": "n" * 101}, 400),
        ("POST", "/api/v1/customers/1/events", {"name": "n", "data": {"text": "x" * 100_001}}, 400),
        ("POST", "/api/v1/customers/1/events", {"name": "n", "timestamp": "2026"}, 400),
        ("POST", "/api/v1/customers/1/events", {"data": {}}, 400),
        ("PUT", "/api/v1/customers/1/devices", {"device": {}}, 400),
        ("POST", "/api/v1/segments/4/add_customers", {"ids": []}, 400),
        ("POST", "/api/v1/segments/4/add_customers", {"ids": ["1"] * 1_001}, 400),
        ("POST", "/api/v1/segments/1/add_customers", {"ids": ["1"]}, 404),
        ("POST", "/api/v1/merge_customers", {"primary": {"id": "1"}, "secondary": {"id": "nobody"}}, 400),
        ("POST", "/unsubscribe/a%20b", {}, 400),
        ("POST", "/unsubscribe/abcd", {"unsubscribe": "yes"}, 400),
        ("POST", "/api/v1/push/events", {"delivery_id": "d", "event": "clicked"}, 400),
        ("PATCH", "/api/v1/customers/1", {}, 404),
        ("GET", "/api/v1/nothing", None, 404),
    ],
)
def test_a_bad_call_is_refused_in_the_vendors_shape(method: str, path: str, body: Any, status: int, door: Door) -> None:
    said = door.track(method, path, body)

    assert said.status == status
    assert said.json["meta"].keys() <= {"error", "errors"}


def test_an_id_in_the_path_is_one_segment_decoded_once(door: Door) -> None:
    door.track("PUT", "/api/v1/customers/a%252Fb%2Fc%2B%40%C3%BC", {"plan": "x"})

    assert "a%2Fb/c+@ü" in door.people()


def test_an_event_makes_the_person_and_a_repeated_id_is_one_event(door: Door) -> None:
    for _ in range(2):
        door.track("POST", "/api/v1/customers/fresh/events", {**EVENT, "id": "01J8ZK3Q5A16NDYYKAZMQKQR0N"})
    door.track("POST", "/api/v1/customers/fresh/events", {**EVENT, "type": "page"})

    events = door.state()["events"]
    assert [(event["type"], event["name"], event["userId"]) for event in events] == [
        ("page", "bought", "fresh"),
        ("track", "bought", "fresh"),
    ]
    assert "fresh" in door.people()


def test_anonymous_events_are_given_to_who_it_turns_out_to_be(door: Door) -> None:
    door.track("POST", "/api/v1/events", {**EVENT, "anonymous_id": "anon"})

    door.track("PUT", "/api/v1/customers/1", {"anonymous_id": "anon"})

    assert door.state()["events"][0]["userId"] == "1"


def test_people_are_put_into_manual_segments_and_out_again(door: Door) -> None:
    door.track("POST", "/api/v1/segments/6/add_customers", {"ids": ["1", "nobody", 2]})
    door.track("POST", "/api/v1/segments/6/add_customers?id_type=email", {"ids": ["ALAN.lovelace@example.com"]})
    door.track("POST", "/api/v1/segments/6/remove_customers", {"ids": ["2"]})

    assert door.app("GET", "/v1/segments/6/membership").json["ids"] == ["1", "3"]


def test_unsubscribing_from_a_delivery_unsubscribes_its_person_and_false_undoes_it(door: Door) -> None:
    path = "/unsubscribe/RPILAgUBcRhIBq000000IwdIYJKxTY%3D"

    door.call("POST", path, {"unsubscribe": True})
    assert door.people()["1"]["attributes"]["unsubscribed"] is True
    assert "unsubscribed" in door.app("GET", "/v1/messages?limit=1").json["messages"][0]["metrics"]

    door.call("POST", path, {"unsubscribe": False})
    assert door.people()["1"]["attributes"]["unsubscribed"] is False


def test_a_reported_push_shows_in_the_deliverys_metrics(door: Door) -> None:
    body = {
        "delivery_id": "RPILAgUBcRhIBq000000IwdIYJKxTY=",
        "event": "opened",
        "device_id": "x",
        "timestamp": 1_790_000_000,
    }
    door.call("POST", "/api/v1/push/events", body)

    first = door.app("GET", "/v1/messages?limit=1").json["messages"][0]
    assert first["metrics"]["opened"] == 1_790_000_000
    assert door.state()["push_events"] == [body]


def test_the_region_is_told(door: Door) -> None:
    found = door.track("GET", "/api/v1/accounts/region").json

    assert (found["region"], found["url"]) == ("us", "track.customer.io")


def test_a_v2_batch_does_what_is_right_and_names_what_is_wrong(door: Door) -> None:
    company = {"object_type_id": "1", "object_id": "globex"}
    operations = [
        {"type": "person", "action": "identify", "identifiers": {"id": "v2"}, "attributes": {"plan": "x"},
         "cio_relationships": [{"identifiers": company}]},
        {"type": "person", "action": "event", "identifiers": {"id": "v2"}, "name": "bought", "id": "01J8ZK3Q5A16NDYYKAZMQKQR0N"},
        {"type": "person", "action": "event", "identifiers": {"id": "v2"}, "name": "bought", "id": "01J8ZK3Q5A16NDYYKAZMQKQR0N"},
        {"type": "person", "action": "fly", "identifiers": {"id": "v2"}},
        {"type": "object", "action": "identify", "identifiers": company, "attributes": {"name": "Globex"}},
        {"type": "person", "action": "add_device", "identifiers": {"id": "v2"}, "device": {"token": "t", "platform": "ios"}},
        {"type": "person", "action": "merge", "primary": {"id": "v2"}, "secondary": {"id": "40"}},
        {"type": "person", "action": "suppress", "identifiers": {"email": "alan.lovelace@example.com"}},
        {"type": "delivery", "action": "event", "identifiers": {"id": "RPILAgUBcRhIBq000000IwdIYJKxTY="}, "name": "opened",
         "attributes": {"device_token": "t"}},
        "nonsense",
    ]  # fmt: skip

    said = door.track("POST", "/api/v2/batch", {"batch": operations})

    assert said.status == 207
    assert [(error["batch_index"], error["field"]) for error in said.json["errors"]] == [(3, "action"), (9, "")]
    people, state = door.people(), door.state()
    assert people["v2"]["devices"][0]["id"] == "t"
    assert {"3", "40"} & people.keys() == set()
    assert state["counts"]["events"] == 1
    assert (state["groups"][0]["attributes"], state["groups"][0]["people"]) == ({"name": "Globex"}, ["v2"])


def test_a_v2_entity_takes_32_kilobytes_and_refuses_with_400(door: Door) -> None:
    who = {"type": "person", "identifiers": {"id": "1"}}

    assert door.track("POST", "/api/v2/entity", {**who, "action": "delete"}).json == {}
    assert door.track("POST", "/api/v2/entity", {**who, "action": "event"}).status == 400
    assert (
        door.track(
            "POST", "/api/v2/entity", {**who, "action": "event", "name": "x", "attributes": {"t": "x" * 33_000}}
        ).status
        == 400
    )
    assert "1" not in door.people()
