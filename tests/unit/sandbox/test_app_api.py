"""The App API: reading the workspace, pages, transactional messages."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.door import KEYS, Door

DAY = 86_400


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Bearer ", KEYS["track"], KEYS["app"].replace("Bearer", "Basic")])
def test_another_key_is_refused(key: str, door: Door) -> None:
    said = door.app("GET", "/v1/segments", authorization=key)

    assert (said.status, said.json) == (401, {"errors": [{"detail": "unauthorized", "status": "401"}]})


def test_the_sending_addresses_need_no_key(door: Door) -> None:
    assert door.call("GET", "/v1/info/ip_addresses", authorization="Bearer wrong").json["ip_addresses"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/segments/99",
        "/v1/segments/x/membership",
        "/v1/campaigns/99/triggers",
        "/v1/campaigns/1/triggers/9",
        "/v1/no",
        "/v2",
    ],
)
def test_what_is_not_there_is_404(path: str, door: Door) -> None:
    said = door.app("GET", path)

    assert said.status == 404
    assert said.json["errors"][0] == {"detail": "not found (reference sandbox)", "status": "404"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "limit=x", "limit=-1", "limit=٣", "limit=" + "9" * 5000, "start=MTA", "start=%FF", "type=fax",
        "metric=liked", "drafts=yes", "start_ts=soon", "campaign_id=x", "end_ts=-1",
    ],
)  # fmt: skip
def test_a_malformed_question_is_400(query: str, door: Door) -> None:
    assert door.app("GET", f"/v1/messages?{query}").status == 400


@pytest.mark.parametrize("limit", [0, 30_001])
def test_membership_pages_have_1_to_30000_people(limit: int, door: Door) -> None:
    assert door.app("GET", f"/v1/segments/1/membership?limit={limit}").status == 400
    assert door.app("GET", "/v1/segments/1/membership?limit=30000").status == 200


def walk(door: Door, path: str, name: str, limit: int) -> list[Any]:
    """Every row of a list, page by page."""
    rows: list[Any] = []
    cursor = ""
    while True:
        joint = "&" if "?" in path else "?"
        page = door.app("GET", f"{path}{joint}limit={limit}" + (f"&start={cursor}" if cursor else "")).json
        rows += page[name]
        cursor = page["next"]
        if not cursor:
            return rows


@settings(max_examples=25, deadline=None)
@given(
    limit=st.integers(1, 70),
    path=st.sampled_from(
        ["/v1/messages", "/v1/messages?type=email", "/v1/segments/1/membership", "/v1/segments/2/membership?sort=desc"]
    ),
)
def test_pages_of_any_size_add_up_to_the_whole(limit: int, path: str) -> None:
    door = Door()
    name = "messages" if "messages" in path else "ids"

    assert walk(door, path, name, limit) == walk(door, path, name, 1000)


def test_a_cursor_is_good_for_its_own_list_only(door: Door) -> None:
    cursor = door.app("GET", "/v1/segments/1/membership?limit=10").json["next"]

    assert door.app("GET", f"/v1/segments/1/membership?limit=5&start={cursor}").json["ids"][0] == "11"
    for path in ("/v1/segments/2/membership", "/v1/segments/1/membership?sort=desc", "/v1/messages"):
        joint = "&" if "?" in path else "?"
        assert door.app("GET", f"{path}{joint}start={cursor}").status == 400


def test_dynamic_segments_follow_the_attributes(door: Door) -> None:
    before = len(door.app("GET", "/v1/segments/3/membership").json["ids"])

    door.cdp("identify", {"userId": "1", "traits": {"plan": "business"}})

    found = door.app("GET", "/v1/segments/3/membership").json
    assert len(found["ids"]) == before + 1
    assert found["identifiers"][0] == {"email": "ada.lovelace@example.com", "id": "1", "cio_id": "a3000001"}


def test_messages_are_found_by_what_they_are_and_how_far_they_came(door: Door) -> None:
    pushes = door.app("GET", "/v1/messages?type=push&limit=1000").json["messages"]
    bounced = door.app("GET", "/v1/messages?metric=bounced").json["messages"]
    newsletter = door.app("GET", "/v1/messages?newsletter_id=11").json["messages"]

    assert {row["type"] for row in pushes} == {"push"}
    assert len(bounced) == 6 and all(row["failure_message"] for row in bounced)
    assert {row["newsletter_id"] for row in newsletter} == {11}


def test_the_window_of_messages_is_cut_to_six_months_without_a_word(door: Door) -> None:
    later = int(time.time()) + 200 * DAY

    assert len(door.app("GET", "/v1/messages?start_ts=0&limit=1000").json["messages"]) == 60
    assert door.app("GET", f"/v1/messages?start_ts=0&end_ts={later}&limit=1000").json["messages"] == []


def test_an_empty_list_may_be_null(door: Door) -> None:
    assert door.app("GET", "/v1/reporting_webhooks").json == {"reporting_webhooks": None}


def test_the_list_of_integrations_is_missing_when_only_what_is_documented_is_there(door: Door) -> None:
    assert door.app("GET", "/v1/integrations").json["integrations"][0]["id"] == "slack"

    door.call("PUT", "/_sandbox/settings", {"documented_only": True})
    assert door.app("GET", "/v1/integrations").status == 404


def test_a_reporting_webhook_is_made_listed_and_removed(door: Door) -> None:
    body = {"name": "Helix", "endpoint": "https://helix.example/h", "events": ["email_sent", "customer_subscribed"]}

    made = door.app("POST", "/v1/reporting_webhooks", body).json
    refused = door.app("POST", "/v1/reporting_webhooks", {**body, "events": ["email_eaten"]})

    assert refused.status == 422 and refused.json["errors"][0]["source"]["pointer"].endswith("/events")
    assert door.app("GET", "/v1/reporting_webhooks").json["reporting_webhooks"] == [made]
    assert door.app("DELETE", f"/v1/reporting_webhooks/{made['id']}").status == 204
    assert door.app("DELETE", f"/v1/reporting_webhooks/{made['id']}").status == 404


def test_newsletters_are_sorted_and_drafts_have_no_time(door: Door) -> None:
    rows = walk(door, "/v1/newsletters?sort=desc", "newsletters", 1)

    assert [(row["id"], row["sent_at"] is None) for row in rows] == [(12, True), (11, False), (10, False)]
    assert door.app("GET", "/v1/newsletters?sort=up").status == 400


@pytest.mark.parametrize(
    ("channel", "body", "says"),
    [
        ("email", {}, "identifiers"),
        ("email", {"identifiers": {"id": "1"}}, "to is required"),
        ("email", {"identifiers": {"id": "1"}, "to": "a@b.example"}, "transactional_message_id is required"),
        ("email", {"identifiers": {"id": "1"}, "to": "a@b.example", "transactional_message_id": 99}, "not found"),
        ("push", {"identifiers": {"id": "1", "email": "a@b.example"}, "transactional_message_id": 2}, "exactly one"),
        ("sms", {"identifiers": {"id": "1"}, "transactional_message_id": 2}, "to is required"),
        ("email", b"[]", "invalid JSON"),
    ],
)
def test_a_bad_transactional_message_is_refused_in_the_vendors_shape(
    channel: str, body: Any, says: str, door: Door
) -> None:
    said = door.app("POST", f"/v1/send/{channel}", body)

    assert said.status == 400
    assert says in said.json["meta"]["error"]


def test_a_transactional_message_becomes_a_delivery(door: Door) -> None:
    whole = {
        "to": "x@y.example",
        "identifiers": {"email": "ada.lovelace@example.com"},
        "from": "us@y.example",
        "subject": "Hi",
        "body": "Ho",
    }
    drafted = {"identifiers": {"id": "1"}, "transactional_message_id": "password_reset", "queue_draft": True}

    sent = door.app("POST", "/v1/send/email", whole).json
    door.app("POST", "/v1/send/push", drafted)

    newest = door.app("GET", "/v1/messages?limit=1000").json["messages"][-1]
    drafts = door.app("GET", "/v1/messages?drafts=true").json["messages"]
    assert (newest["id"], newest["subject"], newest["customer_id"]) == (sent["delivery_id"], "Hi", "1")
    assert [(row["type"], row["subject"], row["metrics"]) for row in drafts] == [("push", "Password reset", {})]
