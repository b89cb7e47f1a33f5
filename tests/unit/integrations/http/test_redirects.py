"""Redirects and encryption: followed as browsers do, three at most; a key stays at its origin, and https stays https."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from integrations.http.request import request
from integrations.kit.client import Client
from integrations.kit.guard import Allowed, Guard
from integrations.kit.wire import Transport
from tests.fakes.certificate import make_certificate
from tests.unit.integrations.http.calls import JSON, KEY, failing, go, held
from tests.unit.integrations.listener import Listener, Says


def test_a_redirect_to_another_origin_gets_no_key_nor_other_headers(
    client: Client, listener: Listener, other: Listener
) -> None:
    listener.says(Says(307, "", {"location": f"{other.url}/onward"}))

    go(
        client, listener.url, held(), method="POST", body_type="json", json={"a": 1}, headers={"X-Secret": "s", "Cookie": "c=1"},
        idempotency_header="Idempotency-Key",
    )  # fmt: skip

    heard = other.heard[0]
    assert (heard.method, heard.target, heard.json) == ("POST", "/onward", {"a": 1})
    assert not {"authorization", "x-secret", "cookie", "idempotency-key"} & heard.headers.keys()


def test_a_key_does_not_come_back_when_a_redirect_returns(client: Client, listener: Listener, other: Listener) -> None:
    listener.says(Says(302, "", {"location": other.url}), Says(200, {}, JSON))
    other.says(Says(302, "", {"location": listener.url}))

    go(client, listener.url, held())

    assert ["authorization" in heard.headers for heard in listener.heard] == [True, False]


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
     (302, "PUT", "PUT"), (307, "POST", "POST"), (308, "DELETE", "DELETE"), (301, "GET", "GET")],
)  # fmt: skip
def test_a_redirect_on_the_same_origin_is_followed_as_browsers_do(
    status: int, method: str, then: str, client: Client, listener: Listener
) -> None:
    listener.says(Says(status, "", {"location": "/b?c=1"}), Says(200, {}, JSON))

    go(client, f"{listener.url}/a", held(), method=method)

    assert [(heard.method, heard.target) for heard in listener.heard] == [(method, "/a"), (then, "/b?c=1")]
    assert listener.heard[1].headers["authorization"] == f"Bearer {KEY}"


def test_three_redirects_are_followed_and_a_fourth_is_not(client: Client, listener: Listener) -> None:
    onward = Says(302, "", {"location": "/x"})
    listener.says(onward, onward, onward, Says(200, {}, JSON))
    assert go(client, listener.url).data["status"] == 200

    listener.says(onward)
    error = failing(client, listener.url)

    assert error.kind == "refused"
    assert "more than 3 times" in error.message
    assert len(error.exchanges) == 4


@pytest.fixture
def encrypted(listener: Listener, tmp_path: Path) -> str:
    """The listener behind a certificate for 127.0.0.1; the path of the certificate."""
    paths = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    listener.server.socket = context.wrap_socket(listener.server.socket, server_side=True)
    return str(paths[0])


def trusting(certificate: str) -> Client:
    context = ssl.create_default_context(cafile=certificate)
    guard = Guard((Allowed.read("127.0.0.1"), Allowed.read("api.example")))
    return Client(guard, Transport(lookup=lambda host, port: ["127.0.0.1"], context=context))


def test_encryption_is_not_given_up_on_the_way(encrypted: str, listener: Listener, other: Listener) -> None:
    url = listener.url.replace("http:", "https:")
    listener.says(Says(302, "", {"location": other.url}))

    with trusting(encrypted) as client:
        error = failing(client, url)

    assert error.kind == "refused"
    assert "without encryption" in error.message
    assert (len(listener.heard), other.heard) == (1, [])


def test_the_certificate_must_be_for_the_name_and_not_for_the_address(encrypted: str, listener: Listener) -> None:
    port = listener.server.server_port

    with trusting(encrypted) as client:
        good = go(client, f"https://127.0.0.1:{port}")
        error = failing(client, f"https://api.example:{port}")

    assert good.data["status"] == 200
    assert (error.kind, error.sent) == ("network", False)
    assert "certificate" in error.message
    assert len(listener.heard) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(encrypted: str, listener: Listener, client: Client) -> None:
    error = failing(client, listener.url.replace("http:", "https:"), held())

    assert (error.kind, error.sent) == ("network", False)
    assert listener.heard == []


def test_before_send_is_called_once_whatever_the_redirects(client: Client, listener: Listener) -> None:
    marks: list[int] = []
    listener.says(Says(302, "", {"location": "/b"}), Says(200, {}, JSON))

    request(
        {"url": listener.url}, None, client=client, idempotency_key="k", timeout_seconds=5,
        before_send=lambda: marks.append(len(listener.heard)),
    )  # fmt: skip

    assert marks == [0]
