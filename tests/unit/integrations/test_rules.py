"""What is refused before anything is sent, and what the flow checker learns of half-known settings."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import JsonValue

from integrations.catalog import CUSTOMERIO
from integrations.kit.errors import InvalidInput, TooLarge
from tests.unit.integrations.conftest import Run
from tests.unit.integrations.listener import Listener, Says

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

EXPR: dict[str, JsonValue] = {"$liquid": "{{ steps.a.data.x }}"}


def is_expression(value: JsonValue) -> bool:
    return isinstance(value, dict) and set(value) == {"$liquid"}


def faults(key: str, given: Any) -> list[tuple[str, str]]:
    found = ACTIONS[f"customerio.{key}"].check(given, is_expression)
    return [(fault.pointer, fault.code) for fault in found]


REFUSED: list[tuple[str, dict[str, Any], str, str, str]] = [
    # action, settings, pointer, code, words in the sentence or its hint
    ("track_event", {"event": "x"}, "/userId", "at_least_one", "Neither “User id” nor “Anonymous id” is given"),
    ("track_event", {"event": "x", "userId": "", "anonymousId": None}, "/userId", "at_least_one", "Fill in"),
    ("track_event", {"userId": "1"}, "/event", "required", "“Event name” is missing"),
    ("track_event", {"userId": "1", "event": "  "}, "/event", "blank", "“Event name”"),
    ("track_event", {"userId": 42, "event": "x"}, "/userId", "type", "needs text, but it is the number 42"),
    ("track_event", {"userId": "1", "event": "x", "evnt": 1}, "/evnt", "unknown_field", "not a setting of this step"),
    ("track_event", {"userId": "1", "event": "é" * 51}, "/event", "too_many_bytes", "102 bytes"),
    ("track_event", {"userId": "1", "event": "x", "timestamp": "yesterday"}, "/timestamp", "instant", "time zone"),
    ("track_event", {"userId": "1", "event": "x", "timestamp": "2026-02-30T12:00:00Z"}, "/timestamp", "instant", ""),
    ("track_event", {"userId": "1", "event": "x", "timestamp": "2026-01-31T12:00:00"}, "/timestamp", "instant", ""),
    ("track_event", {"userId": "1", "event": "x", "integrations": {"All": "no"}}, "/integrations/All", "type", "true"),
    ("track_event", {"userId": "1", "event": "x", "properties": [1]}, "/properties", "type", "a list of 1"),
    ("track_event", {"userId": "1", "event": "x", "properties": None}, "/properties", "null", "default"),
    ("track_screen", {"name": "x"}, "/userId", "at_least_one", ""),
    ("track_screen", {"name": "x", "userId": "1", "anonymousId": "2"}, "/anonymousId", "at_most_one", "exclude"),
    ("track_screen", {"name": "x", "userId": "1", "type": "page"}, "/type", "choice", "screen"),
    ("create_alias", {"userId": "1", "previousId": "1"}, "/previousId", "different", "are the same"),
    ("add_person_to_group", {"userId": "1"}, "/groupId", "required", "“Group id” is missing"),
    ("get_segment_details", {}, "/segment_id", "required", "“Segment” is missing"),
    ("get_segment_details", {"segment_id": "7"}, "/segment_id", "type", "whole number, but it is the text “7”"),
    ("get_segment_details", {"segment_id": True}, "/segment_id", "type", "whole number, but it is true"),
    ("get_segment_details", {"segment_id": 7.5}, "/segment_id", "type", "whole number"),
    ("get_segment_details", {"segment_id": 0}, "/segment_id", "range", "at least 1, but it is 0"),
    ("get_segment_membership", {"segment_id": 1, "limit": 0}, "/limit", "range", "at least 1, but it is 0"),
    ("get_segment_membership", {"segment_id": 1, "limit": 30001}, "/limit", "range", "at most 30000, but it is 30001"),
    ("get_segment_membership", {"segment_id": 1, "sort": "up"}, "/sort", "choice", "asc"),
    ("get_messages", {"limit": 1001}, "/limit", "range", "1000"),
    ("get_messages", {"start_ts": 2, "end_ts": 1}, "/end_ts", "ordered", "lies after"),
    ("get_messages", {"type": "sms"}, "/type", "choice", "twilio"),
    ("get_messages", {"campaign_id": None}, "/campaign_id", "null", "empty (null)"),
    ("list_newsletters", {"limit": 0}, "/limit", "range", ""),
    ("get_trigger", {"broadcast_id": 1, "trigger_id": "../x"}, "/trigger_id", "pattern", "“Trigger id”"),
    ("get_trigger", {"broadcast_id": 1, "trigger_id": True}, "/trigger_id", "type", ""),
    ("report_push_events", {"event": "opened", "device_id": "d", "delivery_id": "x"}, "/timestamp", "required", ""),
    (
        "report_push_events",
        {"event": "opened", "device_id": "d", "delivery_id": "x", "timestamp": 1613063089000},
        "/timestamp",
        "range",
        "99999999999",
    ),
    ("customer_io_suppress_person", {"identifier": ""}, "/identifier", "blank", "“Person”"),
    ("customer_io_suppress_person", {"identifier": "  "}, "/identifier", "blank", ""),
    ("customer_io_suppress_person", {"identifier": "."}, "/identifier", "blank", ""),
    ("customer_io_suppress_person", {"identifier": ".."}, "/identifier", "blank", ""),
    ("customer_io_suppress_person", {"identifier": "é" * 76}, "/identifier", "too_many_bytes", "152 bytes"),
    ("unsubscribe_delivery", {"delivery_id": "x", "unsubscribe": None}, "/unsubscribe", "null", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": []}, "/ids", "too_few", "an empty list"),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": None}, "/ids", "null", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "emails": []}, "/emails", "too_few", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "per_user_data": []}, "/per_user_data", "too_few", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "recipients": {}}, "/recipients", "one_key", "exactly one"),
    ("trigger_broadcast", {"broadcast_id": 1, "data_file_url": ""}, "/data_file_url", "blank", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "data_file_url": "s3://x/y"}, "/data_file_url", "pattern", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": [42]}, "/ids/0", "type", "item 1"),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": ["1"] * 10_001}, "/ids", "too_many", "10000"),
    ("trigger_broadcast", {"broadcast_id": 1, "emails": ["nobody"]}, "/emails/0", "pattern", ""),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": ["1"], "emails": ["a@b"]}, "/emails", "at_most_one", "exclude"),
    ("trigger_broadcast", {"broadcast_id": 1, "ids": [], "emails": ["a@b"]}, "/emails", "at_most_one", ""),
    (
        "trigger_broadcast",
        {"broadcast_id": 1, "per_user_data": [{"data": {}}]},
        "/per_user_data/0/id",
        "at_least_one",
        "",
    ),
    (
        "trigger_broadcast",
        {"broadcast_id": 1, "recipients": {"and": [{"segment": {"id": 1}, "or": []}]}},
        "/recipients/and/0",
        "one_key",
        "2 things",
    ),
    (
        "trigger_broadcast",
        {"broadcast_id": 1, "recipients": {"not": {"attribute": {"field": "a", "operator": "eq"}}}},
        "/recipients/not/attribute/value",
        "needed_when",
        "“value” is missing",
    ),
    ("trigger_broadcast", {"broadcast_id": 1, "recipients": {"and": []}}, "/recipients/and", "too_few", ""),
    ("send_batch", {"batch": []}, "/batch", "too_few", ""),
    ("send_batch", {"batch": [{"userId": "1"}]}, "/batch/0/type", "required", "item 1 → type is missing"),
    ("send_batch", {"batch": [{"type": "delete"}]}, "/batch/0/type", "choice", "identify"),
    (
        "send_batch",
        {"batch": [{"type": "page", "userId": "1"}, {"type": "track", "userId": "1"}]},
        "/batch/1/event",
        "at_least_one",
        "item 2",
    ),
    ("send_batch", {"batch": [{"type": "group", "groupId": "g"}]}, "/batch/0/userId", "at_least_one", ""),
    ("send_batch", {"batch": [{"type": "alias", "userId": "1"}]}, "/batch/0/previousId", "at_least_one", ""),
    ("get_segments", {"x": 1}, "/x", "unknown_field", ""),
]


@pytest.mark.parametrize(("key", "given", "pointer", "code", "words"), REFUSED, ids=lambda value: str(value)[:40])
def test_bad_settings_name_the_place_and_the_remedy_and_send_nothing(
    key: str, given: dict[str, Any], pointer: str, code: str, words: str, run: Run, listener: Listener
) -> None:
    with pytest.raises((InvalidInput, TooLarge)) as caught:
        run(key, given)

    error = caught.value
    assert (pointer, code) in [(fault.pointer, fault.code) for fault in error.faults]
    fault = next(fault for fault in error.faults if (fault.pointer, fault.code) == (pointer, code))
    assert words in f"{fault.message} {fault.hint}"
    assert fault.hint
    assert error.message.startswith(ACTIONS[f"customerio.{key}"].title)
    assert not error.sent
    assert not error.may_have_happened
    assert listener.heard == []


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("identify_person", {"userId": "1", "anonymousId": "2"}),
    ("get_segment_details", {"segment_id": 7.0}),
    ("get_trigger", {"broadcast_id": 1, "trigger_id": 3}),
    ("get_trigger", {"broadcast_id": 1, "trigger_id": "5-37"}),
    ("trigger_broadcast", {"broadcast_id": 1}),
    ("send_batch", {"batch": [{"type": "track", "userId": "1", "event": "x", "extra": [1]}]}),
    ("get_messages", {"start_ts": 1, "end_ts": 1}),
    ("add_person_to_group", {"userId": "1", "groupId": "g", "traits": {"objectTypeId": "2", "a": None}}),
]


@pytest.mark.parametrize(("key", "given"), ALLOWED, ids=lambda value: str(value)[:40])
def test_good_settings_have_no_fault(key: str, given: dict[str, Any]) -> None:
    assert faults(key, given) == []


HALF_KNOWN: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("track_event", {"event": "x", "userId": EXPR}, []),
    ("track_event", {"event": EXPR, "anonymousId": EXPR, "properties": EXPR, "timestamp": EXPR}, []),
    ("track_event", {"userId": EXPR}, [("/event", "required")]),
    (
        "track_event",
        {"event": "x", "userId": EXPR, "properties": {"a": EXPR}, "odd": EXPR},
        [("/odd", "unknown_field")],
    ),
    ("track_event", {"event": "User Deleted", "userId": EXPR}, [("/event", "guarded")]),
    ("track_screen", {"name": "x", "userId": EXPR, "anonymousId": EXPR}, [("/anonymousId", "at_most_one")]),
    ("create_alias", {"userId": EXPR, "previousId": {"$liquid": "{{ other }}"}}, []),
    ("create_alias", {"userId": EXPR, "previousId": EXPR}, [("/previousId", "different")]),
    ("get_messages", {"start_ts": 5, "end_ts": EXPR, "limit": EXPR}, []),
    ("get_messages", {"start_ts": EXPR, "limit": 5000}, [("/limit", "range")]),
    ("trigger_broadcast", {"broadcast_id": EXPR, "ids": EXPR, "emails": EXPR}, [("/emails", "at_most_one")]),
    ("trigger_broadcast", {"broadcast_id": EXPR, "ids": ["1", EXPR, 3]}, [("/ids/2", "type")]),
    ("trigger_broadcast", {"broadcast_id": 1, "recipients": {"and": [EXPR, {"segment": {"id": EXPR}}]}}, []),
    (
        "trigger_broadcast",
        {"broadcast_id": 1, "recipients": {"and": [EXPR], "not": EXPR}},
        [("/recipients", "one_key")],
    ),
    ("trigger_broadcast", {"broadcast_id": 1, "per_user_data": [EXPR, {"id": EXPR}]}, []),
    ("trigger_broadcast", {"broadcast_id": 1, "id_ignore_missing": True}, [("/id_ignore_missing", "only_with")]),
    ("send_batch", {"batch": EXPR}, []),
    ("send_batch", {"batch": [EXPR, {"type": EXPR}, {"type": "track", "userId": EXPR, "event": EXPR}]}, []),
    ("send_batch", {"batch": [EXPR, {"type": "track", "userId": EXPR}]}, [("/batch/1/event", "at_least_one")]),
    ("identify_person", {"userId": EXPR, "traits": {"a": "x" * 33_000, "b": EXPR}}, [("", "too_many_bytes")]),
    (
        "send_batch",
        {"batch": [{"type": "identify", "userId": EXPR, "traits": {"a": "x" * 33_000}}]},
        [("/batch/0", "too_many_bytes")],
    ),
]


@pytest.mark.parametrize(("key", "given", "expected"), HALF_KNOWN, ids=lambda value: str(value)[:50])
def test_an_expression_gets_the_benefit_of_the_doubt_and_the_rest_does_not(
    key: str, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert faults(key, given) == expected


def test_a_name_that_deletes_is_a_warning_and_is_sent_all_the_same(run: Run, listener: Listener) -> None:
    given: dict[str, JsonValue] = {"userId": "1", "event": "User Suppressed"}

    found = ACTIONS["customerio.track_event"].check(given)
    run("track_event", given)

    assert [(fault.severity, fault.code) for fault in found] == [("warning", "guarded")]
    assert len(listener.heard) == 1


def test_settings_that_are_no_object_are_a_fault_not_a_crash() -> None:
    given: JsonValue
    for given in (None, [], "x", 3):
        assert ACTIONS["customerio.get_segments"].check(given)


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800"], ids=["nan", "infinity", "half a character"])
def test_values_that_json_cannot_carry_are_refused(value: Any, run: Run, listener: Listener) -> None:
    with pytest.raises(InvalidInput):
        run("track_event", {"userId": "1", "event": "x", "properties": {"a": [value]}})

    assert listener.heard == []


def test_a_call_over_32_kilobytes_of_utf8_is_not_sent(run: Run, listener: Listener) -> None:
    base = {"userId": "1", "event": "x"}
    overhead = len('{"userId":"1","event":"x","properties":{"a":""},"messageId":"key-1"}')
    fits = (32_768 - overhead) // 2

    run("track_event", {**base, "properties": {"a": "é" * fits}})
    with pytest.raises(TooLarge) as caught:
        run("track_event", {**base, "properties": {"a": "é" * (fits + 1)}})

    assert len(listener.heard) == 1
    assert len(listener.heard[0].body) in (32_767, 32_768)
    assert "32768" in caught.value.message
    assert not caught.value.sent


def test_broadcast_data_is_limited_to_50000_bytes(run: Run, listener: Listener) -> None:
    listener.says(Says(body={"id": 1}))

    run("trigger_broadcast", {"broadcast_id": 1, "data": {"a": "x" * (50_000 - 8)}})
    with pytest.raises(TooLarge, match="50001"):
        run("trigger_broadcast", {"broadcast_id": 1, "data": {"a": "x" * (50_000 - 7)}})

    assert len(listener.heard) == 1
