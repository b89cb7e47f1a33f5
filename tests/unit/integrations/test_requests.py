"""Every action as it really goes over the wire, compared with the facts of the official documents."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from integrations.catalog import CUSTOMERIO
from integrations.kit.action import Action
from tests.unit.integrations.conftest import FACTS, KEYS, Run, keys
from tests.unit.integrations.listener import Listener, Says

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}
ALL = [pytest.param(action, FACTS[action.slug], id=action.slug) for action in ACTIONS.values()]
SIGNED = {
    "app": f"Bearer {KEYS['app_key']}",
    "track": "Basic " + b64encode(f"{KEYS['site_id']}:{KEYS['track_key']}".encode()).decode(),
    "cdp": "Basic " + b64encode(f"{KEYS['pipelines_key']}:".encode()).decode(),
}
MESSAGE_ID = {"identify", "group", "alias", "track", "page", "screen"}


def test_the_catalogue_holds_the_24_actions() -> None:
    assert {action.slug for action in ACTIONS.values()} == set(FACTS)
    assert all(key == "customerio." + a.slug.removeprefix("CUSTOMERIO_").lower() for key, a in ACTIONS.items())


@pytest.mark.parametrize(("action", "fact"), ALL)
def test_an_example_goes_out_as_documented(action: Action, fact: dict[str, Any], run: Run, listener: Listener) -> None:
    example = fact["request_example"]
    listener.says(Says(body=fact["output_example"]))

    reply = run(action.key.removeprefix("customerio."), example["input"])

    heard = listener.heard[0]
    assert len(listener.heard) == 1
    query = "&".join(f"{name}={value}" for name, value in example.get("query", {}).items())
    path, _, sent_query = heard.target.partition("?")
    assert heard.method == fact["method"]
    assert path == example.get("path", fact["path"])
    assert sorted(sent_query.split("&")) == sorted(query.split("&"))
    assert heard.headers["authorization"] == SIGNED[fact["api"]]
    assert heard.headers.get("x-strict-mode") == ("1" if fact["api"] == "cdp" else None)
    assert heard.headers["accept"] == "application/json"
    if example.get("body") is None:
        assert heard.body == b""
        assert heard.headers.get("content-length", "0") == "0"
    else:
        body = heard.json
        if fact["path"].rsplit("/", 1)[-1] in MESSAGE_ID:
            assert body.pop("messageId") == "key-1"
        for index, item in enumerate(body.get("batch", [])):
            assert item.pop("messageId") == f"key-1-{index}"
        assert body == example["body"]
        assert heard.headers["content-type"] == "application/json"
    expected = {"requests": 1, "items": 2} if fact["slug"].endswith("BATCH") else fact["output_example"]
    assert reply.data.keys() == expected.keys()
    if "tags" not in str(expected):  # null in the example, empty with us
        assert reply.data == expected


@pytest.mark.parametrize(("action", "fact"), ALL)
def test_hosts_paths_and_marks_are_those_of_the_documents(action: Action, fact: dict[str, Any]) -> None:
    family = {"cdp": "pipelines"}.get(fact["api"], fact["api"])
    assert dict(action.api.hosts) == fact["hosts"]
    assert (action.method, action.path) == (fact["method"], fact["path"])
    assert action.key_family == (None if fact["auth"] == "none" else family)
    assert bool(action.deprecated) == fact["deprecated"]
    assert bool(action.destructive) == fact["destructive"]
    assert [action.pace.calls, action.pace.seconds] == fact["rate"]
    assert bool(action.pagination) == fact["paged"]
    assert (action.repeat == "safe") == fact["safe_to_retry_blindly"]


@pytest.mark.parametrize(("action", "fact"), ALL)
def test_settings_have_the_documented_names_and_bounds(action: Action, fact: dict[str, Any]) -> None:
    schema, documented = action.input_schema(), fact["input_schema"]

    ours = set(schema["properties"]) - ({"follow_pages", "max_items"} if action.pagination else set())

    assert ours == set(documented["properties"])
    assert sorted(schema["required"]) == sorted(documented["required"])
    for name, wanted in documented["properties"].items():
        found = schema["properties"][name]
        for bound in ("type", "enum", "minimum", "maximum", "maxItems", "default"):
            if bound in wanted and not (bound == "default" and name in ("type", "strict_mode")):
                have = [found["const"]] if bound == "enum" and "const" in found else found.get(bound)
                assert have == wanted[bound], (name, bound)


@pytest.mark.parametrize(("action", "fact"), ALL)
def test_answers_have_the_documented_names(action: Action, fact: dict[str, Any]) -> None:
    schema = action.output_schema()

    if not fact["slug"].endswith("BATCH"):
        assert sorted(schema["properties"]) == fact["output_properties"]
        assert schema["required"] == fact["output_required"]
        action.output.model_validate(fact["output_example"])


@pytest.mark.parametrize(("action", "fact"), ALL)
def test_every_field_has_words_for_a_person(action: Action, fact: dict[str, Any]) -> None:
    for name, field in action.input_schema()["properties"].items():
        assert field.get("title"), name
        assert field.get("description"), name
        assert "anyOf" not in field, name
        assert "$ref" not in str(field) or name == "recipients", name


def test_ids_of_the_account_say_what_they_choose_from() -> None:
    chosen = {
        (action.key.removeprefix("customerio."), field["x-choices"])
        for action in ACTIONS.values()
        for field in action.input_schema()["properties"].values()
        if "x-choices" in field
    }

    assert chosen == {
        ("get_segment_details", "segments"),
        ("get_segment_membership", "segments"),
        ("get_messages", "newsletters"),
        ("trigger_broadcast", "broadcasts"),
        ("get_trigger", "broadcasts"),
        ("get_triggers", "broadcasts"),
    }


def test_a_message_id_given_by_a_person_is_kept(run: Run, listener: Listener) -> None:
    run("track_event", {"userId": "1", "event": "x", "messageId": "mine"})

    assert listener.heard[0].json["messageId"] == "mine"


def test_a_timestamp_goes_out_as_it_was_written_and_never_by_itself(run: Run, listener: Listener) -> None:
    run("identify_person", {"userId": "1", "timestamp": "2026-01-31T12:00:00.120+02:00"})
    run("identify_person", {"userId": "1"})

    assert listener.heard[0].json["timestamp"] == "2026-01-31T12:00:00.120+02:00"
    assert "timestamp" not in listener.heard[1].json


def test_an_empty_id_is_never_sent(run: Run, listener: Listener) -> None:
    run("track_event", {"userId": "", "anonymousId": "cookie-1", "event": "x"})
    run("send_batch", {"batch": [{"type": "page", "userId": None, "anonymousId": "cookie-1"}]})

    assert "userId" not in listener.heard[0].json
    assert "userId" not in listener.heard[1].json["batch"][0]


def test_a_screen_can_be_sent_without_strict_checking_only_when_a_person_says_so(run: Run, listener: Listener) -> None:
    given = {"userId": "1", "name": "feed", "type": "screen", "version": 2, "receivedAt": "2026-01-31T12:00:00Z"}
    run("track_screen", given)
    run("track_screen", {**given, "strict_mode": False})

    assert [heard.headers.get("x-strict-mode") for heard in listener.heard] == ["1", None]
    assert [set(heard.json) for heard in listener.heard] == [{"userId", "name", "messageId"}] * 2


def test_unsubscribe_says_true_unless_told_otherwise(run: Run, listener: Listener) -> None:
    run("unsubscribe_delivery", {"delivery_id": "a="})
    run("unsubscribe_delivery", {"delivery_id": "a=", "unsubscribe": False})

    assert [heard.json for heard in listener.heard] == [{"unsubscribe": True}, {"unsubscribe": False}]


def test_the_name_of_an_event_is_trimmed_and_an_id_is_not(run: Run, listener: Listener) -> None:
    run("track_event", {"userId": "1 ", "event": " order placed "})

    assert (listener.heard[0].json["userId"], listener.heard[0].json["event"]) == ("1 ", "order placed")


def test_public_calls_work_without_any_key(run: Run, listener: Listener) -> None:
    bare = keys(listener.url, secrets={})

    run("unsubscribe_delivery", {"delivery_id": "a"}, credentials=bare)

    assert "authorization" not in listener.heard[0].headers


def test_worked_headers_of_the_facts(run: Run, listener: Listener) -> None:
    held = keys(listener.url, secrets={"site_id": "123", "track_key": "abc\n", "pipelines_key": "wk-abc-123"})

    run("customer_io_suppress_person", {"identifier": "1"}, credentials=held)
    run("identify_person", {"userId": "1"}, credentials=held)

    assert [heard.headers["authorization"] for heard in listener.heard] == [
        "Basic MTIzOmFiYw==",
        "Basic d2stYWJjLTEyMzo=",
    ]


def test_a_pipelines_key_that_names_its_region_is_a_bearer_key(run: Run, listener: Listener) -> None:
    run("identify_person", {"userId": "1"}, credentials=keys(listener.url, secrets={"pipelines_key": "sk_eu_0123456"}))

    assert listener.heard[0].headers["authorization"] == "Bearer sk_eu_0123456"


def test_connections_are_reused(run: Run, listener: Listener) -> None:
    for _ in range(5):
        run("identify_person", {"userId": "1"})

    assert len(listener.connections) == 1


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("person+tag@example.com", "person%2Btag%40example.com"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("50% + @/", "50%25%20%2B%20%40%2F"),
        ("zoë", "zo%C3%AB"),
        ("人✓", "%E4%BA%BA%E2%9C%93"),
        (" 2 ", "%202%20"),
        ("-_.~", "-_.~"),
        ("...", "..."),
        ("a?b#c&d=e;f", "a%3Fb%23c%26d%3De%3Bf"),
        ("a\\b\n", "a%5Cb%0A"),
    ],
)
def test_an_id_in_a_path_is_one_escaped_segment(given: str, sent: str, run: Run, listener: Listener) -> None:
    run("customer_io_suppress_person", {"identifier": given})

    assert listener.heard[0].target == f"/api/v1/customers/{sent}/suppress"


def test_query_values_are_escaped_and_booleans_are_words(run: Run, listener: Listener) -> None:
    listener.says(Says(body={"messages": []}))

    run("get_messages", {"start": "a+b/c==&x=ü", "drafts": True, "get_tracked_responses": False})

    assert (
        listener.heard[0].target
        == "/v1/messages?start=a%2Bb%2Fc%3D%3D%26x%3D%C3%BC&drafts=true&get_tracked_responses=false"
    )


def test_bodies_are_utf8_and_ids_in_them_go_as_they_are(run: Run, listener: Listener) -> None:
    run("identify_person", {"userId": " Zoë/+% ", "traits": {"smile": "☺"}})

    assert listener.heard[0].json["userId"] == " Zoë/+% "
    assert "☺".encode() in listener.heard[0].body


def test_switches_go_only_with_an_audience_they_apply_to(run: Run, listener: Listener) -> None:
    listener.says(Says(body={"id": 3}))
    switches = {"id_ignore_missing": True, "email_ignore_missing": False, "email_add_duplicates": False}

    run("trigger_broadcast", {"broadcast_id": 1, "ids": ["1"], **switches})
    run("trigger_broadcast", {"broadcast_id": 1, "emails": ["a@b"], **switches})
    run("trigger_broadcast", {"broadcast_id": 1, **switches})

    assert [heard.json for heard in listener.heard] == [
        {"ids": ["1"], "id_ignore_missing": True},
        {"emails": ["a@b"], "email_ignore_missing": False, "email_add_duplicates": False},
        {},
    ]


def test_an_audience_filter_goes_out_under_its_own_words(run: Run, listener: Listener) -> None:
    listener.says(Says(body={"id": 3}))
    asked = {"and": [{"segment": {"id": 7}}, {"not": {"attribute": {"field": "a", "operator": "eq", "value": True}}}]}

    run("trigger_broadcast", {"broadcast_id": 1, "recipients": asked})

    assert listener.heard[0].json == {"recipients": asked}


def test_null_lists_become_empty_and_unknown_names_are_kept(run: Run, listener: Listener) -> None:
    listener.says(Says(body={"segments": [{"id": 1, "tags": None, "new": {"a": 1}}], "more": 2}))
    reply = run("get_segments", {})
    listener.says(Says(body={"collections": None}))

    assert reply.data == {"segments": [{"id": 1, "tags": [], "new": {"a": 1}}], "more": 2}
    assert run("list_collections", {}).data == {"collections": []}
