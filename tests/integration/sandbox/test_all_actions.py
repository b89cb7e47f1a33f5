"""Every one of the 24 actions, sent by the kit to the sandbox over real HTTP, answers data of its declared shape."""

from typing import Any

import pytest

from integrations.catalog import CUSTOMERIO
from integrations.kit.errors import CallError
from tests.fakes.sandbox import SandboxProcess
from tests.integration.sandbox.conftest import SECRETS, Send

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

WHO = {"userId": "u-1"}
ODD = "a/b@x.example+%ü"
GIVEN: dict[str, dict[str, Any]] = {
    "identify_person": {**WHO, "traits": {"email": "u@example.com"}},
    "add_person_to_group": {**WHO, "groupId": "acme"},
    "create_alias": {**WHO, "previousId": "2"},
    "customer_io_suppress_person": {"identifier": ODD},
    "track_event": {**WHO, "event": "ordered"},
    "track_page": {**WHO, "name": "Home"},
    "track_screen": {**WHO, "name": "Feed"},
    "send_batch": {"batch": [{"type": "track", **WHO, "event": "ordered"}]},
    "report_push_events": {"event": "opened", "delivery_id": "d", "device_id": "x", "timestamp": 1_613_063_089},
    "get_segment_details": {"segment_id": 1},
    "get_segment_membership": {"segment_id": 1, "limit": 15, "follow_pages": True},
    "get_messages": {"limit": 25, "follow_pages": True},
    "list_newsletters": {"limit": 1, "sort": "desc", "follow_pages": True},
    "unsubscribe_delivery": {"delivery_id": "RPILAgUBcRhIBq=="},
    "trigger_broadcast": {"broadcast_id": 1, "emails": ["ada.lovelace@example.com"], "data": {"headline": "Hi"}},
    "get_trigger": {"broadcast_id": 1, "trigger_id": "1"},
    "get_triggers": {"broadcast_id": 1},
}
ROWS = {
    "get_segments": ("segments", 6),
    "get_segment_membership": ("ids", 40),
    "get_messages": ("messages", 60),
    "list_newsletters": ("newsletters", 3),
    "list_transactional_messages": ("messages", 2),
    "list_snippets": ("snippets", 1),
    "list_collections": ("collections", 1),
    "get_webhooks": ("reporting_webhooks", 0),
    "get_integrations": ("integrations", 1),
    "get_triggers": ("triggers", 1),
    "list_ip_addresses": ("ip_addresses", 2),
}
"""Lists, and how long they are in the seeded workspace (after one trigger)."""


def test_there_are_24_actions() -> None:
    assert len(ACTIONS) == 24


@pytest.mark.parametrize("key", [key.removeprefix("customerio.") for key in ACTIONS])
def test_an_action_runs(key: str, helix: Send, sandbox: SandboxProcess) -> None:
    if key in ("get_trigger", "get_triggers"):
        helix("trigger_broadcast", **GIVEN["trigger_broadcast"])

    reply = helix(key, **GIVEN.get(key, {}))

    ACTIONS[f"customerio.{key}"].output.model_validate(reply.data)
    assert all(exchange.status == 200 for exchange in reply.exchanges)
    assert all(entry["answer"]["status"] == 200 and entry["signed"] for entry in sandbox.requests())
    if key in ROWS:
        name, count = ROWS[key]
        rows = reply.data[name]
        assert isinstance(rows, list) and len(rows) == count


def test_what_the_writing_actions_did_is_there(helix: Send, sandbox: SandboxProcess) -> None:
    for key in (
        "identify_person",
        "add_person_to_group",
        "track_event",
        "track_page",
        "track_screen",
        "customer_io_suppress_person",
    ):
        helix(key, key=f"key-{key}", **GIVEN[key])
    helix("create_alias", key="key-alias", **GIVEN["create_alias"])
    helix("unsubscribe_delivery", delivery_id=sandbox.state()["deliveries"][-1]["id"])

    state = sandbox.state()
    people = {who["id"]: who for who in state["people"]}
    assert people["u-1"]["email"] == "u@example.com" and "2" not in people
    assert people["1"]["attributes"]["unsubscribed"] is True
    assert state["groups"][0]["people"] == ["u-1"]
    assert [(event["type"], event["name"]) for event in state["events"]] == [
        ("screen", "Feed"),
        ("page", "Home"),
        ("track", "ordered"),
    ]
    assert state["suppressed"] == [ODD]
    assert state["invalid"] == []


def test_a_batch_of_600_kilobytes_is_split_and_arrives_whole(helix: Send, sandbox: SandboxProcess) -> None:
    items = [{"type": "track", **WHO, "event": f"e{n}", "properties": {"text": "ü" * 3000}} for n in range(100)]

    reply = helix("send_batch", batch=items)

    assert reply.data == {"requests": 2, "items": 100}
    assert sandbox.state()["counts"]["events"] == 100


@pytest.mark.parametrize(
    ("action", "given", "kind", "says"),
    [
        ("get_segment_details", {"segment_id": 999}, "not_found", "segment"),
        ("get_segment_membership", {"segment_id": 1, "limit": 0}, "invalid_input", "at least 1"),
        ("get_segment_membership", {"segment_id": 1, "limit": 30_001}, "invalid_input", "30000"),
        ("track_event", {"event": "x"}, "invalid_input", "User id"),
        ("track_event", WHO, "invalid_input", "Event name"),
        ("trigger_broadcast", {"broadcast_id": 1, "ids": ["1"], "emails": ["a@b.example"]}, "invalid_input", "exclude each other"),
        ("trigger_broadcast", {"broadcast_id": 1, "ids": []}, "invalid_input", "empty list"),
        ("trigger_broadcast", {"broadcast_id": 99}, "not_found", "broadcast"),
        ("trigger_broadcast", {"broadcast_id": 1, "recipients": {"segment": {"id": 99}}}, "refused", "segment not found"),
        ("customer_io_suppress_person", {"identifier": ".."}, "invalid_input", "Person"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_about_the_field(
    action: str, given: dict[str, Any], kind: str, says: str, helix: Send, sandbox: SandboxProcess
) -> None:
    with pytest.raises(CallError) as refused:
        helix(action, **given)

    assert refused.value.kind == kind
    assert says.lower() in f"{refused.value.message} {refused.value.hint}".lower()
    assert len(sandbox.requests()) == (0 if kind == "invalid_input" else 1)


@pytest.mark.parametrize(
    ("action", "secret"),
    [("get_segments", "app_key"), ("track_event", "pipelines_key"), ("customer_io_suppress_person", "track_key")],
)
def test_a_wrong_key_is_named_without_being_shown(action: str, secret: str, helix: Send) -> None:
    wrong = "wrong-key-canary-77"

    with pytest.raises(CallError) as refused:
        helix(action, secrets={**SECRETS, secret: wrong}, **GIVEN.get(action, {}))

    assert (refused.value.kind, refused.value.status) == ("unauthorized", 401)
    assert "region" in f"{refused.value.message} {refused.value.hint}".lower()
    assert wrong not in repr(refused.value) + str([exchange.as_json() for exchange in refused.value.exchanges])


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"do": "reset"}, "network"),
        ({"do": "commit_then_reset"}, "network"),
        ({"do": "truncate"}, "network"),
        ({"do": "garbage"}, "bad_answer"),
        ({"do": "status", "status": 502, "body": "<html>Bad gateway</html>"}, "server_error"),
        ({"do": "status", "status": 429, "headers": {"Retry-After": "7"}}, "rate_limited"),
    ],
)
def test_a_broken_answer_is_an_error_that_says_it_was_sent(
    fault: dict[str, Any], kind: str, helix: Send, sandbox: SandboxProcess
) -> None:
    sandbox.faults([fault])

    with pytest.raises(CallError) as broken:
        helix("get_segments")

    assert (broken.value.kind, broken.value.sent) == (kind, True)
    assert broken.value.retry_after == (7 if kind == "rate_limited" else None)


def test_the_real_rates_are_met_with_a_refusal_that_says_when(helix: Send, sandbox: SandboxProcess) -> None:
    sandbox.settings(enforce_rates=True)
    helix("trigger_broadcast", broadcast_id=12)

    with pytest.raises(CallError) as broadcast:
        helix("trigger_broadcast", broadcast_id=12)
    with pytest.raises(CallError) as reads:
        for _ in range(15):
            helix("get_segments")

    assert (broadcast.value.status, reads.value.status) == (429, 429)
    assert broadcast.value.retry_after is not None and reads.value.retry_after is not None
    assert sandbox.state()["counts"]["triggers"] == 1
