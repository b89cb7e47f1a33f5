"""API-triggered broadcasts: one audience, queued and processed later, errors told later still."""

from typing import Any

import pytest

from tests.unit.sandbox.door import Door

PATH = "/v1/campaigns/12/triggers"


def wait(door: Door, seconds: float) -> None:
    """Let time pass, by the sandbox's clock."""
    offset = door.call("GET", "/_sandbox/clock").json["offset_seconds"]
    door.call("PUT", "/_sandbox/clock", {"offset_seconds": offset + seconds})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"ids": ["1"], "emails": ["a@b.example"]}, "emails"),
        ({"recipients": {}}, "recipients"),
        ({"recipients": {"segment": {"id": 1}, "or": []}}, "recipients"),
        ({"recipients": {"and": [{"segment": {"id": 99}}]}}, "recipients/and/0/segment/id"),
        ({"recipients": {"not": {"attribute": {"field": "plan", "operator": "like"}}}}, "recipients/not/attribute"),
        ({"ids": "1"}, "ids"),
        ({"ids": ["1"] * 10_001}, "ids"),
        ({"per_user_data": [{"data": {}}]}, "per_user_data"),
        ({"data_file_url": "ftp://x"}, "data_file_url"),
        ({"data": []}, "data"),
        ({"data": {"text": "x" * 50_000}}, "data"),
        ({"ids": ["1"], "email_ignore_missing": True}, "email_ignore_missing"),
        ({"emails": ["a@b.example"], "id_ignore_missing": True}, "id_ignore_missing"),
    ],
)
def test_a_bad_trigger_is_422_and_names_the_field(body: dict[str, Any], pointer: str, door: Door) -> None:
    said = door.app("POST", PATH, body)

    assert said.status == 422
    assert said.json["errors"][0]["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert door.state()["triggers"] == []


def test_no_json_is_400_and_no_broadcast_404(door: Door) -> None:
    assert door.app("POST", PATH, b"{").status == 400
    assert door.app("POST", "/v1/campaigns/2/triggers", {}).status == 404


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ({}, 8),
        ({"ids": []}, 8),
        ({"ids": ["1", "2", "2"]}, 2),
        ({"emails": ["ADA.lovelace@example.com"]}, 1),
        ({"per_user_data": [{"id": "1", "data": {}}, {"email": "grace.lovelace@example.com"}]}, 2),
        ({"ids": ["1", "nobody"], "id_ignore_missing": True}, 1),
        ({"ids": ["1", "nobody"]}, 0),
        ({"recipients": {"segment": {"id": 3}}}, 13),
        (
            {
                "recipients": {
                    "and": [{"segment": {"id": 3}}, {"not": {"attribute": {"field": "inactive", "operator": "exists"}}}]
                }
            },
            11,
        ),
        (
            {
                "recipients": {
                    "or": [{"attribute": {"field": "id", "operator": "eq", "value": "1"}}, {"segment": {"id": 6}}]
                }
            },
            1,
        ),
        ({"data_file_url": "https://files.example/audience.ndjson"}, 0),
    ],
)
def test_a_trigger_is_queued_then_reaches_its_audience(body: dict[str, Any], reached: int, door: Door) -> None:
    made = door.app("POST", PATH, {**body, "data": {"headline": "Hi"}}).json

    waiting = door.app("GET", f"{PATH}/{made['id']}").json
    wait(door, 2)
    done = door.app("GET", f"{PATH}/{made['id']}").json

    assert (waiting["processed_at"], done["processed_at"]) == (None, done["created_at"] + 2)
    assert done.keys() == {"id", "broadcast_id", "created_at", "processed_at"}
    assert door.state()["triggers"][0]["recipients"] == reached
    assert door.state()["counts"]["deliveries"] == 60 + reached


def test_people_who_are_missing_are_told_in_the_errors_a_page_at_a_time(door: Door) -> None:
    made = door.app("POST", PATH, {"ids": ["1", "ghost-1", "ghost-2"]}).json
    wait(door, 2)

    first = door.app("GET", f"{PATH}/{made['id']}/errors?limit=1").json
    second = door.app("GET", f"{PATH}/{made['id']}/errors?limit=1&start={first['next']}").json

    assert [*first["errors"], *second["errors"]] == ["id 'ghost-1' was not found", "id 'ghost-2' was not found"]
    assert second["next"] == 0


def test_the_unsubscribed_get_nothing(door: Door) -> None:
    door.cdp("identify", {"userId": "1", "traits": {"unsubscribed": True}})
    door.app("POST", PATH, {"ids": ["1", "2"]})
    wait(door, 2)

    assert door.state()["counts"]["deliveries"] == 61


def test_triggers_are_listed_under_broadcasts(door: Door) -> None:
    made = [door.app("POST", PATH, {}).json["id"] for _ in range(2)]

    assert [row["id"] for row in door.app("GET", "/v1/broadcasts/12/triggers").json["triggers"]] == made
    assert door.app("GET", "/v1/broadcasts/1/triggers").json == {"triggers": []}


def test_one_trigger_in_ten_seconds_whatever_the_broadcast(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"enforce_rates": True})

    first, second = door.app("POST", PATH, {}), door.app("POST", "/v1/campaigns/1/triggers", {})
    wait(door, 10)
    third = door.app("POST", PATH, {})

    assert (first.status, second.status, third.status) == (200, 429, 200)
    assert second.json["errors"][0]["detail"].startswith("rate limited to 1 requests per 10s")
    assert 9 <= int(second.headers["retry-after"]) <= 10


def test_at_most_five_triggers_wait(door: Door) -> None:
    door.call("PUT", "/_sandbox/settings", {"processing_seconds": 600})

    statuses = [door.app("POST", PATH, {}).status for _ in range(6)]
    wait(door, 600)

    assert statuses == [200] * 5 + [429]
    assert door.app("POST", PATH, {}).status == 200
