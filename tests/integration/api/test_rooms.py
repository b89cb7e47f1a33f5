"""The rooms of the API beside flows and runs: the door, files, schedule, deliveries, tokens, the team, the limit of calls."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from helix.api.limits import Limit, forget_limit
from helix.connections.models import Connection
from helix.teams.models import Team, User
from helix.teams.roles import Role
from helix.triggers.models import Schedule
from tests.fakes.queue import Queue
from tests.integration.api.test_api import GRAPH, Caller, call, created, people, team

__all__ = ["call", "people", "team"]


def test_every_refusal_has_the_one_shape(call: Caller) -> None:
    client, headers = Client(), call.headers
    answers = {
        404: client.get("/api/v1/nothing", headers=headers),
        405: client.delete("/api/v1/flows", headers=headers),
        413: client.generic("POST", "/api/v1/check", b" " * (2 * 1024 * 1024 + 1), "application/json", headers=headers),
        415: client.generic("POST", "/api/v1/check", b"a=b", "text/plain", headers=headers),
        422: client.generic("POST", "/api/v1/flows", b"{}", "application/json", headers=headers),
        401: client.get("/api/v1/flows"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "hint", "place"}
        assert answer.json()["error"]["message"] and answer.headers["X-Request-Id"]
    packed = client.generic(
        "POST", "/api/v1/check", b"\x1f\x8b", "application/json", headers={**headers, "Content-Encoding": "gzip"}
    )
    assert (packed.status_code, packed.json()["error"]["code"]) == (415, "packed_body")
    assert client.get("/api/v1/flows", headers={**headers, "X-Request-Id": "a-1"}).headers["X-Request-Id"] == "a-1"


def test_a_draft_is_saved_by_its_etag(call: Caller) -> None:
    flow = created(call)
    etag = Client().get(f"/api/v1/flows/{flow}", headers=call.headers).headers["ETag"]

    noted = {**GRAPH, "edges": []}
    assert call("PUT", f"/flows/{flow}/draft", {"graph": noted}, **{"If-Match": etag})[0] == 200
    status, newer = call("PUT", f"/flows/{flow}/draft", {"graph": {}}, **{"If-Match": etag})
    assert (status, newer["graph"]["nodes"][0]["key"]) == (412, "go")
    assert call("PUT", f"/flows/{flow}/draft", {"graph": GRAPH})[0] == 422
    assert call("PUT", f"/flows/{flow}/draft", {"graph": GRAPH}, **{"If-Match": "*"})[0] == 422


def test_a_flow_goes_out_and_comes_in_again(call: Caller) -> None:
    document = call("GET", f"/flows/{created(call)}/export")[1]
    status, flow = call("POST", "/flows/import", {"document": document, "name": "Copy"})

    assert (status, flow["name"], flow["enabled"], flow["graph"]) == (201, "Copy", False, document["graph"])
    assert call("POST", "/flows/import", {"document": [1]})[0] == 422


def test_a_connection_to_any_service_is_made_changed_and_removed(call: Caller) -> None:
    order = {
        "name": "crm",
        "integration": "http",
        "secrets": {"token": "very-secret-token"},
        "http": {"hosts": ["api.example.com"], "test_url": "https://api.example.com/me"},
    }
    status, made = call("POST", "/connections", order)
    assert (status, made["http"]["hosts"], made["families"]) == (201, ["api.example.com"], ["bearer"])
    assert "very-secret-token" not in str(made)

    wider: dict[str, Any] = {"http": {"hosts": ["api.example.com", "evil.example"]}}
    refused = call("PATCH", f"/connections/{made['id']}", wider)
    assert (refused[0], refused[1]["error"]["place"]) == (422, "/http/hosts")
    assert call("PATCH", f"/connections/{made['id']}", {**wider, "secrets": {"token": "another-one"}})[0] == 200
    assert call("DELETE", f"/connections/{made['id']}")[0] == 204
    assert not Connection.objects.filter(name="crm").exists()


def test_tokens_are_made_shown_once_and_revoked(call: Caller) -> None:
    status, made = call("POST", "/tokens", {"name": "deploy", "role": "editor"})
    other = Caller.__new__(Caller)
    other.headers, other.client = {"Authorization": f"Bearer {made['token']}"}, Client()

    assert (status, other("GET", "/team")[1]["role"]) == (201, "editor")
    assert made["token"] not in str(call("GET", "/tokens")[1])
    assert other("GET", "/tokens")[0] == 403
    assert call("DELETE", f"/tokens/{made['id']}")[0] == 204
    assert other("GET", "/team")[0] == 401


def test_an_admin_makes_no_token_of_an_owner(team: Team, people: dict[str, User]) -> None:
    admin = Caller(team, people["alice"], Role.ADMIN)
    assert admin("POST", "/tokens", {"name": "high", "role": "owner"})[0] == 403


def test_schedule_and_deliveries_are_listed(call: Caller) -> None:
    trigger = {"key": "hook", "type": "trigger.schedule", "config": {"cron": "0 2 * * *", "timezone": "Europe/Paris"}}
    stop = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}
    nodes = [{"name": "n", "position": {"x": 0, "y": 0}, **node} for node in (trigger, stop)]
    edges = [{"source": "hook", "port": "next", "target": "halt"}]
    flow = call("POST", "/flows", {"name": "Nightly", "graph": {"format": 1, "nodes": nodes, "edges": edges}})[1]
    assert call("POST", f"/flows/{flow['id']}/publish", {"note": ""})[0] == 201
    call("POST", f"/flows/{flow['id']}/enable")

    found = call("GET", "/schedule")[1]
    assert {(fire["flow"], fire["outcome"]) for fire in found["items"]} == {(flow["id"], "planned")}
    assert len(found["items"]) == 7
    assert call("GET", "/schedule?from=2026-01-01T00:00:00Z&to=2020-01-01T00:00:00Z")[0] == 422
    later = (timezone.now() + timedelta(days=400)).replace(hour=5, minute=7).isoformat().replace("+", "%2B")
    end = (timezone.now() + timedelta(days=402)).isoformat().replace("+", "%2B")
    planned = call("GET", f"/schedule?from={later}&to={end}")[1]["items"]
    assert planned and all(each["at"].endswith(("00:00:00Z", "01:00:00Z")) for each in planned)
    Schedule.objects.update(config={"cron": "0 2 * * *", "timezone": "Mars/Base"})
    assert call("GET", "/schedule")[0] == 200
    assert call("GET", "/endpoints") == (200, [])


def test_a_token_has_a_share_of_calls_that_all_processes_count(
    call: Caller, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (Limit(queue.url, per_minute=1, burst=3) for _ in range(2))
    try:
        assert [one.wait("a"), two.wait("a"), one.wait("a")] == [0, 0, 0]
        assert 50 < two.wait("a") <= 60
        assert two.wait("b") == 0
    finally:
        one.close()
        two.close()
    assert Limit("redis://127.0.0.1:1/0", per_minute=1, burst=1).wait("a") == 0

    monkeypatch.setattr(settings.HELIX, "REDIS_URL", queue.url)
    monkeypatch.setattr("helix.api.limits.Limit.__init__.__kwdefaults__", {"per_minute": 1, "burst": 2})
    forget_limit()
    try:
        client = Client()
        answers = [client.get("/api/v1/team", headers=call.headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 50 < int(answers[2].headers["Retry-After"]) <= 60
    finally:
        forget_limit()


@pytest.mark.parametrize(
    "value",
    ["NaN", "-Infinity", "1e999", "9" * 400, '{"a": 1, "a": 2}', '"\\ud800"', '"\\u0000"', "[" * 5000 + "]" * 5000,
     "[" * 200_000, '{"nodes": {}}', '{"nodes": [null]}', '[[[]]]', '""', "0"],
)  # fmt: skip
def test_hostile_graphs_get_a_sentence_at_every_door(value: str, call: Caller) -> None:
    flow, client = created(call), Client()
    doors = [
        ("POST", "/check", f'{{"graph": {value}}}'),
        ("POST", "/flows", f'{{"name": "x", "graph": {value}}}'),
        ("PUT", f"/flows/{flow}/draft", f'{{"base_revision": 1, "graph": {value}}}'),
        ("POST", "/flows/import", f'{{"document": {value}}}'),
    ]
    for method, path, body in doors:
        answer = client.generic(method, f"/api/v1{path}", body, "application/json", headers=call.headers)
        assert answer.status_code < 500, (path, answer.content)
        assert answer.status_code < 400 or answer.json()["error"]["message"]
