"""Every error body becomes a sentence with advice; every status the right kind."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from integrations.kit.errors import CallError
from integrations.kit.exchange import without_userinfo
from integrations.kit.refusals import read_reasons, retry_after
from tests.unit.integrations.conftest import Run, keys
from tests.unit.integrations.listener import Listener, Says

BODIES: list[tuple[Any, list[str]]] = [
    ({"errors": [{"detail": "unauthorized", "status": "401"}]}, ["unauthorized"]),
    (
        {"errors": [{"detail": "bad user", "status": "422", "source": {"pointer": "/data/attributes/per_user_data"}}]},
        ["bad user (at /data/attributes/per_user_data)"],
    ),
    ({"errors": [{"detail": "a"}, {"detail": "b", "code": "x", "meta": {"error": "inner"}}]}, ["a", "b"]),
    ({"meta": {"error": "not found"}}, ["not found"]),
    ({"meta": {"errors": ["one", "two"]}}, ["one", "two"]),
    (
        {"errors": ["person 1 is missing", "person 2 is missing"], "next": 0},
        ["person 1 is missing", "person 2 is missing"],
    ),
    ({"code": "invalid", "message": "userId is needed"}, ["userId is needed [invalid]"]),
    ({"error": "plain"}, ["plain"]),
    ({"error": {"message": "nested"}}, ["nested"]),
    ({"errors": {"email": ["is no address"]}}, ["email: is no address"]),
    ({"meta": {"error": "same", "errors": ["same"]}}, ["same"]),
    ("<html><head><style>p{}</style></head><body><h1>502</h1> Bad  gateway</body></html>", ["502 Bad gateway"]),
    ("upstream connect error", ["upstream connect error"]),
    ("x" * 2000, ["x" * 500]),
    ("", []),
    ("{}", []),
    ("null", ["null"]),
    ({"errors": None, "meta": []}, ['{"errors": null, "meta": []}']),
    ("[" * 100_000, ["[" * 500]),
]


@pytest.mark.parametrize(("body", "reasons"), BODIES, ids=lambda value: str(value)[:40])
def test_every_shape_of_error_body_is_read(body: Any, reasons: list[str]) -> None:
    assert read_reasons(body if isinstance(body, str) else json.dumps(body)) == reasons


@pytest.mark.parametrize("body", ["<" * 65_536, "<script " * 8000, '{"a":' * 13_000, "://" * 20_000, "x" * 65_536])
def test_no_error_body_keeps_us_busy(body: str) -> None:
    began = time.monotonic()

    read_reasons(body)
    without_userinfo(body)

    assert time.monotonic() - began < 1


STATUSES = [
    (400, "refused", False),
    (401, "unauthorized", False),
    (403, "unauthorized", False),
    (404, "not_found", False),
    (405, "refused", False),
    (408, "server_error", True),
    (410, "not_found", False),
    (413, "refused", False),
    (422, "refused", False),
    (429, "rate_limited", False),
    (500, "server_error", True),
    (503, "server_error", True),
    (522, "server_error", True),
]


@pytest.mark.parametrize(("status", "kind", "may_have_happened"), STATUSES)
def test_a_status_becomes_its_kind(
    status: int, kind: str, may_have_happened: bool, run: Run, listener: Listener
) -> None:
    listener.says(Says(status, {"meta": {"error": "because"}}))

    with pytest.raises(CallError) as caught:
        run("track_event", {"userId": "1", "event": "x"})

    error = caught.value
    assert (error.kind, error.status, error.sent) == (kind, status, True)
    assert error.may_have_happened is may_have_happened
    assert "because" in error.message
    assert str(status) in error.message
    assert error.hint
    assert len(error.exchanges) == 1


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("get_segments", {}, "an App API key (not a Track or Pipelines key) for the EU region"),
        ("customer_io_suppress_person", {"identifier": "1"}, "a Track API key with its Site ID"),
        ("identify_person", {"userId": "1"}, "a Pipelines API key"),
    ],
)
def test_a_401_names_the_kind_of_key_the_region_and_the_connection(
    key: str, given: dict[str, Any], words: str, run: Run, listener: Listener
) -> None:
    listener.says(Says(401, {"errors": [{"detail": "unauthorized", "status": "401"}]}))

    with pytest.raises(CallError) as caught:
        run(key, given)

    assert caught.value.message == "Customer.io refused the key of “Production EU” (401: unauthorized)."
    assert words in caught.value.hint
    assert "“Production EU”" in caught.value.hint


def test_the_list_of_integrations_that_does_not_exist_is_said_plainly(run: Run, listener: Listener) -> None:
    listener.says(Says(404, {"errors": [{"detail": "not found", "status": "404"}]}))

    with pytest.raises(CallError) as caught:
        run("get_integrations", {})

    assert "has no list of integrations" in caught.value.hint


def test_an_unknown_segment_says_what_to_choose(run: Run, listener: Listener) -> None:
    listener.says(Says(404, {"errors": [{"detail": "not found (reference abc)", "status": "404"}]}))

    with pytest.raises(CallError) as caught:
        run("get_segment_details", {"segment_id": 99})

    assert caught.value.kind == "not_found"
    assert "Choose a segment of this workspace" in caught.value.hint


def test_a_missing_key_is_told_before_anything_is_sent(run: Run, listener: Listener) -> None:
    held = keys(listener.url, secrets={"app_key": "sandbox-app-key", "site_id": "only-half"})

    for key, given in (
        ("track_event", {"userId": "1", "event": "x"}),
        ("customer_io_suppress_person", {"identifier": "1"}),
    ):
        with pytest.raises(CallError) as caught:
            run(key, given, credentials=held)
        assert caught.value.kind == "missing_key"
        assert "“Production EU” has no" in caught.value.message
        assert not caught.value.sent
    assert listener.heard == []


def test_a_key_with_odd_characters_is_not_sent(run: Run, listener: Listener) -> None:
    with pytest.raises(CallError) as caught:
        run("get_segments", {}, credentials=keys(listener.url, secrets={"app_key": "key\r\nx-evil: 1"}))

    assert caught.value.kind == "missing_key"
    assert "evil" not in str(caught.value)
    assert listener.heard == []


NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999", 3600.0),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("1_0", None),
        ("７", None),
        ("inf", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW + timedelta(days=2), usegmt=True), 3600.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_retry_after_reaches_the_error(run: Run, listener: Listener) -> None:
    listener.says(Says(429, {"errors": [{"detail": "rate limited"}]}, {"Retry-After": "11"}))

    with pytest.raises(CallError) as caught:
        run("trigger_broadcast", {"broadcast_id": 1})

    assert caught.value.retry_after == 11.0
    assert "nothing was sent" in caught.value.hint


@pytest.mark.parametrize("body", ["<html>hello</html>", "", "  ", '"text"', "null", "[1]", '{"segments":', "\ufeff{}"])
def test_a_read_that_answers_no_json_object_is_a_bad_answer(body: str, run: Run, listener: Listener) -> None:
    listener.says(Says(200, body))

    with pytest.raises(CallError) as caught:
        run("get_segments", {})

    assert caught.value.kind == "bad_answer"
    assert caught.value.status == 200
    assert caught.value.exchanges[0].response_body is not None


@pytest.mark.parametrize("body", [{}, {"segments": "many"}, {"segments": {}}])
def test_a_read_that_lacks_what_it_promises_is_a_bad_answer(body: Any, run: Run, listener: Listener) -> None:
    listener.says(Says(200, body))

    with pytest.raises(CallError, match="“segments”") as caught:
        run("get_segments", {})

    assert caught.value.kind == "bad_answer"
    assert len(caught.value.exchanges) == 1


@pytest.mark.parametrize(
    "says", [Says(204, "", {}), Says(200, ""), Says(202, "OK"), Says(200, "null"), Says(200, "{}")]
)
def test_track_and_pipelines_take_any_2xx_for_a_yes(says: Says, run: Run, listener: Listener) -> None:
    listener.says(says)

    assert run("identify_person", {"userId": "1"}).data == {}
    assert run("customer_io_suppress_person", {"identifier": "1"}).data == {}


def test_an_error_repeats_what_it_is_as_json() -> None:
    error = CallError("Message.", "Hint.", status=400, sent=True)

    assert error.as_json() == {
        "kind": "refused",
        "message": "Message.",
        "hint": "Hint.",
        "status": 400,
        "sent": True,
        "retry_after": None,
        "faults": [],
    }
