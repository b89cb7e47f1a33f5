"""Deliveries over real HTTP: who is let in, what each answer says, and that nothing authentic is ever refused."""

import base64
import hmac
import json
import time
import urllib.error
import urllib.request
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from helix.connections.models import Connection
from helix.engine.models import Run
from helix.flows.models import Flow
from helix.triggers.endpoints import address, endpoint_of_connection, listen, replace_secret, reveal
from helix.triggers.inbox import turn_inbox
from helix.triggers.models import Endpoint, TriggerInbox
from helix.triggers.publish import delete_flow, set_enabled
from tests.integration.triggers.conftest import KEY, MakeFlow, event, signed


def post(
    live_server: LiveServer, path: str, body: bytes, headers: dict[str, str], method: str = "POST"
) -> tuple[int, Any]:
    request = urllib.request.Request(f"{live_server.url}{path}", data=body, method=method, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def endpoint_of(flow: Flow) -> Endpoint:
    return Endpoint.objects.get(flow=flow)


def bearer(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {reveal(endpoint)}", "Content-Type": "application/json"}


@pytest.fixture
def reporting(connection: Connection) -> Endpoint:
    endpoint = endpoint_of_connection(connection)
    replace_secret(endpoint, KEY)
    return endpoint


def test_a_genuine_delivery_is_kept_once_and_answered_202_twice(live_server: LiveServer, reporting: Endpoint) -> None:
    body = event()

    first, second = (post(live_server, address(reporting), body, signed(body)) for _ in range(2))

    assert first[0] == second[0] == 202
    row = TriggerInbox.objects.get()
    assert first[1]["delivery"] == str(row.pk)
    assert bytes(row.body) == body and row.state == "new" and row.dedupe_key.startswith("e:")


def test_the_second_of_two_live_keys_is_taken_until_its_time_is_over(
    live_server: LiveServer, reporting: Endpoint
) -> None:
    replace_secret(reporting, "the next key")
    old, new = event(event_id="1"), event(event_id="2")

    assert post(live_server, address(reporting), old, signed(old))[0] == 202
    assert post(live_server, address(reporting), new, signed(new, "the next key"))[0] == 202
    Endpoint.objects.update(old_until=timezone.now())
    assert post(live_server, address(reporting), old, signed(old))[0] == 401


@pytest.mark.parametrize(
    "body",
    [b"no json", b"", b'{"a": NaN}', b"[" * 100_000, b'{"metric": "sent"}', b"\xff", b'{"event_id": "x\\u0000"}'],
)
def test_customerio_is_answered_202_whatever_its_body_is(
    live_server: LiveServer, reporting: Endpoint, body: bytes
) -> None:
    headers = {**signed(body), "Content-Type": "text/plain"}

    assert post(live_server, address(reporting), body, headers)[0] == 202

    turn_inbox()
    row = TriggerInbox.objects.get()
    assert row.state == "ignored" and row.note


@pytest.mark.parametrize("days", [0, 7, 9])
def test_an_old_stamp_of_customerio_is_answered_202(live_server: LiveServer, reporting: Endpoint, days: int) -> None:
    body = event()

    status, _ = post(live_server, address(reporting), body, signed(body, stamp=int(time.time()) - days * 86_400))

    assert status == 202
    assert TriggerInbox.objects.get().state == ("ignored" if days == 9 else "new")


def test_a_delivery_for_a_flow_that_is_off_or_deleted_is_kept_and_begins_nothing(
    live_server: LiveServer, make_flow: MakeFlow
) -> None:
    flow = make_flow("trigger.webhook", verify="customerio")
    endpoint = endpoint_of(flow)
    replace_secret(endpoint, KEY)
    off, gone = b'{"n": 1}', b'{"n": 2}'

    set_enabled(flow, False)
    assert post(live_server, address(endpoint), off, signed(off))[0] == 202
    delete_flow(flow)
    assert post(live_server, address(endpoint), gone, signed(gone))[0] == 202

    turn_inbox()
    assert set(TriggerInbox.objects.values_list("state", flat=True)) == {"ignored"}
    assert not Run.objects.exists()


def test_wrong_proofs_unknown_addresses_and_other_methods_are_told_apart(
    live_server: LiveServer, make_flow: MakeFlow
) -> None:
    endpoint = endpoint_of(make_flow("trigger.webhook"))
    path, good = address(endpoint), bearer(endpoint)

    assert post(live_server, path, b"{}", {**good, "Authorization": "Bearer wrong"})[0] == 401
    assert post(live_server, path, b"{}", {})[0] == 401
    assert post(live_server, path[:-1] + "_", b"{}", good)[0] == 404
    assert post(live_server, path.replace("/demo/", "/demo-elsewhere/"), b"{}", good)[0] == 404
    assert post(live_server, path, b"", {}, "PUT")[0] == 405
    assert not TriggerInbox.objects.exists()


@pytest.mark.parametrize(
    ("body", "more", "status", "words"),
    [
        (b"<a/>", {"Content-Type": "application/xml"}, 415, "Send JSON"),
        (b"{", {}, 400, "This is no JSON"),
        (b'{"a": 1, "a": 2}', {}, 400, "stands twice"),
        (b'"' + b"x" * 300_000 + b'"', {}, 413, "256 KB"),
        (b"x" * 1_100_000, {}, 413, "256 KB"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    live_server: LiveServer, make_flow: MakeFlow, body: bytes, more: dict[str, str], status: int, words: str
) -> None:
    endpoint = endpoint_of(make_flow("trigger.webhook"))

    found, answer = post(live_server, address(endpoint), body, {**bearer(endpoint), **more})

    assert found == status
    assert words in answer["error"]["message"]
    assert not TriggerInbox.objects.exists()


def test_an_address_without_a_key_asks_to_send_again_later(live_server: LiveServer, connection: Connection) -> None:
    endpoint, body = endpoint_of_connection(connection), event()

    status, answer = post(live_server, address(endpoint), body, signed(body))

    assert status == 503 and "signing key" in answer["error"]["message"]


def test_every_way_of_proof_works_end_to_end(live_server: LiveServer, make_flow: MakeFlow) -> None:
    body = b'{"email": "ada@example.com"}'
    flows = {
        mode: make_flow("trigger.webhook", mode, verify=mode)
        for mode in ("standard_webhooks", "hmac", "bearer", "none")
    }
    endpoints = {mode: endpoint_of(flow) for mode, flow in flows.items()}
    stamp = str(int(time.time()))
    key = base64.b64decode(reveal(endpoints["standard_webhooks"]).removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, b".".join((b"m1", stamp.encode(), body)), sha256).digest()).decode()
    proofs = {
        "standard_webhooks": {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{made}"},
        "hmac": {
            "X-Hub-Signature-256": "sha256=" + hmac.new(reveal(endpoints["hmac"]).encode(), body, sha256).hexdigest()
        },
        "bearer": {"Authorization": f"Bearer {reveal(endpoints['bearer'])}"},
        "none": {},
    }

    for mode, headers in proofs.items():
        sent = {"Content-Type": "application/json", "X-Kind": "test", **headers}
        assert post(live_server, address(endpoints[mode]) + "?a=1", body, sent)[0] == 202, mode

    assert turn_inbox() == 4
    for flow in flows.values():
        payload = Run.objects.get(flow=flow).payload
        assert payload["body"] == {"email": "ada@example.com"}
        assert payload["query"] == {"a": "1"}
        assert payload["headers"]["x-kind"] == "test"
        assert "authorization" not in payload["headers"] and "webhook-signature" not in payload["headers"]


def test_a_repeat_after_its_window_is_a_new_delivery(live_server: LiveServer, make_flow: MakeFlow) -> None:
    endpoint = endpoint_of(make_flow("trigger.webhook", dedupe_field="order.id", dedupe_minutes=10))
    first, same, other = (
        json.dumps({"order": {"id": number}, "n": n}).encode() for number, n in ((7, 1), (7, 2), (8, 1))
    )

    for body in (first, same, other):
        assert post(live_server, address(endpoint), body, bearer(endpoint))[0] == 202
    assert turn_inbox() == 2
    TriggerInbox.objects.update(received_at=timezone.now() - timedelta(minutes=11))
    assert post(live_server, address(endpoint), same, bearer(endpoint))[0] == 202

    assert turn_inbox() == 1
    assert Run.objects.count() == 3


def test_listening_keeps_the_next_delivery_of_a_flow_that_is_not_published(
    live_server: LiveServer, make_flow: MakeFlow
) -> None:
    flow = make_flow("trigger.webhook")
    set_enabled(flow, False)
    endpoint = endpoint_of(flow)
    listen(endpoint)

    assert post(live_server, address(endpoint), b'{"n": 1}', bearer(endpoint))[0] == 202
    Endpoint.objects.update(test_until=timezone.now())
    assert post(live_server, address(endpoint), b'{"n": 2}', bearer(endpoint))[0] == 202

    assert list(TriggerInbox.objects.order_by("received_at").values_list("state", flat=True)) == ["test", "ignored"]


def test_storage_that_is_away_is_a_503(
    live_server: LiveServer, reporting: Endpoint, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = event()
    monkeypatch.setattr(
        settings.HELIX, "HELIX_VAULT_KEYS", type(settings.HELIX.HELIX_VAULT_KEYS)("other:" + "A" * 43 + "=")
    )

    assert post(live_server, address(reporting), body, signed(body))[0] == 503
