"""Every one of the 24 actions, sent by the kit to the sandbox over real HTTP, answers data of its declared shape."""

from typing import Any

import pytest

from integrations.catalog import ACTIONS
from integrations.kit.errors import CallError
from tests.fakes.sandbox import SandboxProcess
from tests.integration.sandbox.conftest import SECRETS, Send

WHO = {"userId": "u-1"}
GIVEN: dict[str, dict[str, Any]] = {
    "identify_person": {**WHO, "traits": {"email": "u@example.com"}},
    "add_person_to_group": {**WHO, "groupId": "acme"},
    "create_alias": {**WHO, "previousId": "2"},
    "customer_io_suppress_person": {"identifier": "a/b@x.example+%ü"},
    "track_event": {**WHO, "event": "ordered"},
    "track_page": {**WHO, "name": "Home"},
    "track_screen": {**WHO, "name": "Feed"},
    "send_batch": {"batch": [{"type": "track", **WHO, "event": "ordered"}]},
    "report_push_events": {"event": "opened", "delivery_id": "d", "device_id": "x", "timestamp": 1_613_063_089},
    "get_segment_details": {"segment_id": 1},
    "get_segment_membership": {"segment_id": 1, "limit": 15, "follow_pages": True},
    "get_messages": {"limit": 25, "follow_pages": True},
    "unsubscribe_delivery": {"delivery_id": "RPILAgUBcRhIBq=="},
    "trigger_broadcast": {"broadcast_id": 1, "emails": ["a@example.com"], "data": {"headline": "Hi"}},
    "get_trigger": {"broadcast_id": 1, "trigger_id": "1"},
    "get_triggers": {"broadcast_id": 1},
}


@pytest.mark.parametrize("key", [key.removeprefix("customerio.") for key in ACTIONS])
def test_an_action_runs(key: str, helix: Send, sandbox: SandboxProcess) -> None:
    if key == "get_trigger":
        helix("trigger_broadcast", **GIVEN["trigger_broadcast"])

    reply = helix(key, **GIVEN.get(key, {}))

    ACTIONS[f"customerio.{key}"].output.model_validate(reply.data)
    assert all(exchange.status == 200 for exchange in reply.exchanges)
    assert all(entry["answer"]["status"] == 200 for entry in sandbox.requests())


def test_pages_are_followed_to_the_end(helix: Send, sandbox: SandboxProcess) -> None:
    assert len(helix("get_segment_membership", segment_id=1, limit=15, follow_pages=True).data["ids"]) == 40  # type: ignore[arg-type]
    assert len(helix("get_messages", limit=25, follow_pages=True).data["messages"]) == 60  # type: ignore[arg-type]


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
        (
            "trigger_broadcast",
            {"broadcast_id": 1, "ids": ["1"], "emails": ["a@b.example"]},
            "invalid_input",
            "exclude each other",
        ),
        ("trigger_broadcast", {"broadcast_id": 1, "ids": []}, "invalid_input", "empty list"),
        ("customer_io_suppress_person", {"identifier": ".."}, "invalid_input", "Person"),
    ],
)
def test_bad_input_is_a_sentence_about_the_field(
    action: str, given: dict[str, Any], kind: str, says: str, helix: Send, sandbox: SandboxProcess
) -> None:
    with pytest.raises(CallError) as refused:
        helix(action, **given)

    assert refused.value.kind == kind
    assert says.lower() in f"{refused.value.message} {refused.value.hint}".lower()
    assert len(sandbox.requests()) == (1 if kind == "not_found" else 0)


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
