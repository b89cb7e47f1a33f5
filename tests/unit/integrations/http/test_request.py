"""One request to any service: what is sent, what comes back, where a key goes, and what each end is called."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from integrations.http.connection import probe, read_hosts
from integrations.http.request import request
from integrations.kit.auth import MASK, Credentials
from integrations.kit.client import Client
from integrations.kit.errors import CallError
from tests.unit.integrations.http.calls import JSON, KEY, failing, go, held, named
from tests.unit.integrations.listener import Heard, Listener, Says


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_every_method_arrives_with_query_and_headers(method: str, client: Client, listener: Listener) -> None:
    listener.says(Says(200, {"ok": True}, JSON))

    reply = go(
        client, f"{listener.url}/a b?x=1", method=method, query={"q": "ä&b", "n": 2, "t": True}, headers={"X-Who": "me"}
    )

    heard = listener.heard[0]
    assert (heard.method, heard.target) == (method, "/a%20b?x=1&q=%C3%A4%26b&n=2&t=true")
    assert heard.headers["x-who"] == "me"
    assert reply.data["status"] == 200
    assert reply.data["body"] == (None if method == "HEAD" else {"ok": True})
    assert reply.exchanges[0].status == 200


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        ({"body_type": "json", "json": {"a": ["ä", None]}}, "application/json", '{"a":["ä",null]}'),
        ({"body_type": "text", "text": "ä\n"}, "text/plain; charset=utf-8", "ä\n"),
        ({"body_type": "form", "form": {"a": "1 &", "b": 2}}, "application/x-www-form-urlencoded", "a=1+%26&b=2"),
        ({"body_type": "none"}, None, ""),
    ],
)
def test_every_body_arrives_in_its_form(
    body: dict[str, Any], content_type: str | None, sent: str, client: Client, listener: Listener
) -> None:
    go(client, listener.url, method="POST", **body)

    heard = listener.heard[0]
    assert heard.headers.get("content-type") == content_type
    assert heard.body.decode() == sent


def test_the_idempotency_header_takes_the_steps_key_unless_the_step_gives_one(
    client: Client, listener: Listener
) -> None:
    go(client, listener.url, method="POST", idempotency_header="Idempotency-Key")
    go(client, listener.url, method="POST", idempotency_header="X-Key", headers={"x-key": "mine"})

    assert listener.heard[0].headers["idempotency-key"] == "01KEY"
    assert listener.heard[1].headers["x-key"] == "mine"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (Says(200, '{"a": 1}', JSON), {"a": 1}),
        (Says(200, "[1]", {"content-type": "application/vnd.api+json"}), [1]),
        (Says(200, '\ufeff"x"', JSON), "x"),
        (Says(204, "", JSON), None),
        (Says(200, '{"a": 1}', {"content-type": "text/plain"}), '{"a": 1}'),
        (Says(200, "é".encode("latin-1"), {"content-type": "text/html; charset=iso-8859-1"}), "é"),
        (Says(200, "a;b\r\n", {"content-type": "text/csv"}), "a;b\r\n"),
        (Says(200, ""), ""),
    ],
)
def test_a_body_is_json_when_the_answer_says_so_and_text_otherwise(
    answer: Says, body: Any, client: Client, listener: Listener
) -> None:
    listener.says(answer)

    assert go(client, listener.url).data["body"] == body


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Says(200, "{oops", JSON), "bad_answer", "says it is JSON"),
        (Says(200, '{"a": NaN}', JSON), "bad_answer", "says it is JSON"),
        (Says(200, '{"a": 1e999}', JSON), "bad_answer", "says it is JSON"),
        (Says(200, '"\\ud800"', JSON), "bad_answer", "says it is JSON"),
        (Says(200, "[" * 500 + "]" * 500, JSON), "bad_answer", "nested more than 100 deep"),
        (Says(200, "[" * 100_000, JSON), "bad_answer", "says it is JSON"),
        (Says(200, '{"a": "x\\u0000"}', JSON), "bad_answer", "NUL"),
        (
            Says(200, b"\x89PNG\r\n\x1a\n\x00\x00", {"content-type": "image/png"}),
            "bad_answer",
            "binary data (image/png)",
        ),
        (Says(200, b"\xff\xfe\xfa"), "bad_answer", "binary data"),
        (Says(200, "x" * 1_000_001, {"content-type": "text/plain"}), "too_large", "1 MB"),
        (Says(200, "x", {"x-long": "y" * 65_000, "x-more": "y" * 2_000}), "too_large", "64 KB"),
        (Says(200, "x", {f"x-{n}": "y" * 60_000 for n in range(3)}), "too_large", "64 KB"),
        (Says(401, '{"error": "no"}'), "unauthorized", "does not know the caller (401: no)"),
        (Says(403), "unauthorized", "does not let"),
        (Says(404), "not_found", "nothing at this address"),
        (Says(410), "not_found", "nothing at this address"),
        (Says(429, "", {"retry-after": "7"}), "rate_limited", "slow down"),
        (Says(400, '{"message": "name is missing"}'), "refused", "name is missing"),
        (Says(409), "refused", "409"),
        (Says(304), "refused", "304"),
        (Says(408), "server_error", "trouble"),
        (Says(500), "server_error", "trouble"),
        (Says(503, "", {"retry-after": "3"}), "server_error", "trouble"),
    ],
)
def test_every_end_has_a_kind_and_words(
    answer: Says, kind: str, words: str, client: Client, listener: Listener
) -> None:
    listener.says(answer)

    error = failing(client, listener.url)

    assert error.kind == kind
    assert words in error.message
    assert error.hint and error.sent
    assert error.retry_after == (float(answer.headers["retry-after"]) if "retry-after" in answer.headers else None)


def test_a_status_that_is_listed_as_well_is_no_error(client: Client, listener: Listener) -> None:
    listener.says(Says(404, {"found": False}, JSON))

    assert go(client, listener.url, accept_statuses=[404]).data["body"] == {"found": False}

    listener.says(Says(302, "", {"location": "/elsewhere"}))
    assert go(client, listener.url, accept_statuses=[302]).data["status"] == 302


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "ftp://a.example"}, "no web address"), ({"url": "api.example.com/x"}, "no web address"),
        ({"url": "https://user:pass@a.example/"}, "a user or a password"), ({"url": "https:///x"}, "names no host"),
        ({"url": "https://a.example\\@b.example"}, "no address has"), ({"url": "https://a.example/\r\nx: y"}, "no address has"),
        ({"url": "https://a.example/" + "x" * 9_000}, "longer than"), ({"url": " "}, "Address"), ({"url": 7}, "needs text"),
        ({"url": "https://a.example", "headers": {"X-A": "b\r\nEvil: 1"}}, "holds a line end"),
        ({"url": "https://a.example", "headers": {"X A": "b"}}, "no name of a header"),
        ({"url": "https://a.example", "headers": {"Host": "b"}}, "set by Helix itself"),
        ({"url": "https://a.example", "headers": {"Transfer-Encoding": "chunked"}}, "set by Helix itself"),
        ({"url": "https://a.example", "headers": {"X-A": None}}, "Headers"),
        ({"url": "https://a.example", "headers": {"X-A": "b" * 40_000}}, "headers are larger"),
        ({"url": "https://a.example", "method": "TRACE"}, "not offered"),
        ({"url": "https://a.example", "query": {"a": None}}, "Query"),
        ({"url": "https://a.example", "body_type": "text", "text": "\ud800"}, "cannot be sent"),
        ({"url": "https://a.example", "body_type": "json", "json": float("nan")}, "cannot be sent"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_sent_are_told_and_nothing_leaves(
    given: dict[str, Any], words: str, client: Client
) -> None:
    with pytest.raises(CallError) as caught:
        request(given, None, client=client, idempotency_key="k", timeout_seconds=5)

    assert (caught.value.kind, caught.value.sent) == ("invalid_input", False)
    assert words in caught.value.message


def test_a_body_over_5_megabytes_is_not_sent(client: Client, listener: Listener) -> None:
    assert failing(client, listener.url, method="POST", body_type="text", text="x" * 5_000_001).kind == "too_large"
    assert listener.heard == []


@pytest.mark.parametrize(
    ("secrets", "options", "name", "value"),
    [
        ({"token": KEY}, {}, "authorization", f"Bearer {KEY}"),
        ({"user": "ada", "password": KEY}, {}, "authorization", "Basic YWRhOmNhbmFyeS90b2tlbisxMjM0"),
        ({"user": KEY}, {}, "authorization", "Basic Y2FuYXJ5L3Rva2VuKzEyMzQ6"),
        ({"header_value": KEY}, {"header": "X-Api-Key"}, "x-api-key", KEY),
    ],
)
def test_every_kind_of_key_is_sent_and_shows_nowhere(
    secrets: dict[str, str], options: dict[str, Any], name: str, value: str, client: Client, listener: Listener
) -> None:
    def echo(heard: Heard) -> Says:
        return Says(200, {"said": heard.headers, KEY: [KEY]}, {**JSON, "x-echo": heard.headers[name]})

    listener.says(echo, lambda heard: Says(400, {"error": f"bad key {heard.headers[name]}"}, JSON))
    reply = go(client, listener.url, held(secrets, **options))
    error = failing(client, listener.url, held(secrets, **options))

    assert [heard.headers[name] for heard in listener.heard] == [value, value]
    seen = [reply.data, *[each.as_json() for each in (*reply.exchanges, *error.exchanges)], error.as_json()]
    text = json.dumps(seen, ensure_ascii=False)
    assert KEY not in text
    assert value.rsplit(" ", maxsplit=1)[-1] not in text
    assert MASK in text


def test_a_key_that_a_step_types_into_a_header_is_not_recorded(client: Client, listener: Listener) -> None:
    reply = go(client, listener.url, headers={"X-Api-Key": "typed-in-1", "Authorization": "Bearer typed-in-2"})

    assert "typed-in" not in json.dumps([each.as_json() for each in reply.exchanges])


def test_a_connection_of_another_service_gives_no_key_away(client: Client, listener: Listener) -> None:
    error = failing(client, listener.url, Credentials("customerio", "us", {"app_key": SecretStr(KEY)}))

    assert error.kind == "missing_key"
    assert listener.heard == []


@pytest.mark.parametrize("hosts", [["api.example"], ["*.example"], ["api.example:{port}"], []])
def test_a_key_goes_to_the_hosts_of_its_connection(hosts: list[str], client: Client, listener: Listener) -> None:
    port = listener.server.server_port
    allowed = [each.format(port=port) if "{" in each else f"{each}:{port}" for each in hosts]

    go(client, named(listener, "api.example"), held(hosts=allowed))

    assert listener.heard[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "hosts", [["other.example"], ["*.api.example"], ["api.example:1"], ["api.example"], ["x.example"]]
)
def test_a_key_goes_nowhere_else(hosts: list[str], client: Client, listener: Listener) -> None:
    error = failing(client, named(listener, "api.example"), held(hosts=hosts))

    assert (error.kind, error.sent) == ("blocked", False)
    assert "“warehouse” may not be sent to api.example" in error.message
    assert listener.heard == []


def test_a_key_is_not_sent_without_encryption_to_the_open_internet() -> None:
    with Client() as client:
        error = failing(client, "http://1.1.1.1/", held())

    assert (error.kind, error.sent) == ("blocked", False)
    assert "without encryption" in error.message


def test_trying_a_connection_tells_what_its_address_answered(client: Client, listener: Listener) -> None:
    listener.says(Says(200, {}), Says(401, {"error": "expired"}), Says(500))

    found = [probe(held(test_url=f"{listener.url}/me"), client) for _ in range(3)]

    assert [[(each.family, each.ok) for each in results] for results in found] == [
        [("bearer", True)], [("bearer", False)], [("bearer", False)],
    ]  # fmt: skip
    assert "expired" in found[1][0].message
    assert probe(held(), client) == []
    assert {heard.target for heard in listener.heard} == {"/me"}


def test_hosts_are_read_as_they_are_kept() -> None:
    assert read_hosts([" API.example.com ", "*.example.com", "api.example.com", "10.0.0.1:8443"]) == [
        "api.example.com", "*.example.com", "10.0.0.1:8443",
    ]  # fmt: skip
    for wrong in ("https://a.example", "a b", "*", "*.com", "*.10.0.0.1", "0x7f.1", "a.example/path"):
        with pytest.raises(ValueError, match="is no host"):
            read_hosts([wrong])
