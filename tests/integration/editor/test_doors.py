"""The editor's doors: drafts are kept as sent and never lost, roles reach as far as the table says, strangers meet 404."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.models import User
from tests.build import cast, graph

GO = {
    "key": "go",
    "type": "trigger.manual",
    "config": {"fields": [{"name": "count", "type": "integer", "required": True}]},
}
STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}
GRAPH = graph([GO, STOP], ["go>halt"])


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    return cast()[1]


@pytest.fixture
def flow(people: dict[str, User]) -> Flow:
    return create_flow(people["alice"].teams.get(), "Drawn", json.dumps(GRAPH), people["alice"])


def ask(who: User | None, flow: Flow, door: str, body: Any = None, method: str = "POST") -> tuple[int, Any]:
    client = Client()
    if who is not None:
        client.force_login(who)
    at = reverse(f"editor:{door}", kwargs={"team": "demo", "flow_id": flow.id})
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.generic(
        method, at, "" if body is None else text, "application/json", headers={"Accept": "application/json"}
    )
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    return answer.status_code, json.loads(answer.content) if is_json else answer.content.decode()


def test_a_draft_is_stored_as_sent_and_its_revision_counts(flow: Flow, people: dict[str, User]) -> None:
    moved = {**GRAPH, "notes": [{"id": "n1", "text": "ünïcode ✓", "position": {"x": 1, "y": 2}}]}

    status, saved = ask(people["bob"], flow, "draft", {"graph": moved, "base_revision": 1}, "PUT")

    flow.refresh_from_db()
    assert (status, saved["revision"], saved["problems"]) == (200, 2, [])
    assert json.loads(flow.draft) == moved
    assert flow.edited_by == people["bob"]


def test_a_saving_that_is_based_on_an_old_draft_gets_the_newer_one(flow: Flow, people: dict[str, User]) -> None:
    ask(people["bob"], flow, "draft", {"graph": {**GRAPH, "edges": []}, "base_revision": 1}, "PUT")

    status, answer = ask(people["alice"], flow, "draft", {"graph": {**GRAPH, "notes": []}, "base_revision": 1}, "PUT")

    assert (status, answer["error"]["code"], answer["graph"]["edges"]) == (409, "conflict", [])
    assert "Bob" in answer["error"]["message"]


def test_the_same_saving_twice_is_one(flow: Flow, people: dict[str, User]) -> None:
    changed = {"graph": {**GRAPH, "edges": []}, "base_revision": 1}

    answers = [ask(people["bob"], flow, "draft", changed, "PUT") for _ in range(2)]

    assert [(status, answer["revision"]) for status, answer in answers] == [(200, 2), (200, 2)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"graph": 5, "base_revision": 1}',
        '{"graph": {}, "base_revision": "x"}',
        '{"graph": {"format": 2, "nodes": []}, "base_revision": 1}',
    ],
)
def test_what_is_no_draft_is_refused_and_the_last_good_one_stays(
    body: str, flow: Flow, people: dict[str, User]
) -> None:
    status, answer = ask(people["bob"], flow, "draft", body, "PUT")

    flow.refresh_from_db()
    assert status == 400
    assert answer["error"]["message"]
    assert (json.loads(flow.draft), flow.revision) == (GRAPH, 1)


def test_a_test_run_asks_for_the_triggers_fields(flow: Flow, people: dict[str, User]) -> None:
    missing, answer = ask(people["olga"], flow, "run", {"version": "draft", "input": {}})
    begun, run = ask(people["olga"], flow, "run", {"version": "draft", "input": {"count": "3"}})

    assert (missing, list(answer["fields"])) == (422, ["count"])
    assert begun == 202
    assert Run.objects.get(pk=run["id"]).payload == {"count": 3}
    assert ask(people["olga"], flow, "run", {"input": {"count": 3}})[1]["error"]["code"] == "not_runnable"


def test_the_run_page_asks_for_the_published_versions_fields_and_starts_it(flow: Flow, people: dict[str, User]) -> None:
    ask(people["bob"], flow, "publish", {"note": "First"})
    client = Client()
    client.force_login(people["olga"])
    at = reverse("editor:start", kwargs={"team": "demo", "flow_id": flow.id})

    refused = client.post(at, {"count": "many"})
    started = client.post(at, {"count": "4"})

    assert refused.status_code == 422
    assert "whole number" in refused.content.decode()
    assert started.status_code == 302
    assert Run.objects.get().payload == {"count": 4}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  Émoji 🚀 ", "Émoji 🚀"), ("مرحبا", "مرحبا"), ("x" * 10_000, "x" * 200), ("a\0b", "ab"), ("<b>", "<b>")],
)
def test_any_name_is_kept_as_text(given: str, kept: str, flow: Flow, people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["bob"])

    client.post(reverse("flows:new", kwargs={"team": "demo"}), {"name": given})
    page = client.get(reverse("flows:list", kwargs={"team": "demo"})).content.decode()

    assert Flow.objects.filter(name=kept).exists()
    assert "<b>" not in page


DOORS = {
    "edit": ("GET", None, "see"),
    "draft": ("PUT", {"graph": GRAPH, "base_revision": 1}, "edit"),
    "check": ("POST", {"graph": GRAPH}, "edit"),
    "inspector": ("POST", {"graph": GRAPH, "node": "halt"}, "see"),
    "data": ("POST", {"graph": GRAPH, "node": "halt", "field": "/message"}, "edit"),
    "choices": ("GET", None, "edit"),
    "publish": ("POST", {"note": ""}, "publish"),
    "enable": ("POST", {"enabled": False}, "publish"),
    "rename": ("POST", {"name": "New"}, "edit"),
    "run": ("POST", {"version": "draft", "input": {"count": 1}}, "operate"),
    "start": ("GET", None, "operate"),
}
MAY = {
    "alice": {"see", "operate", "edit", "publish"},
    "bob": {"see", "operate", "edit", "publish"},
    "olga": {"see", "operate"},
    "carol": {"see"},
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_for_the_roles_of_the_table_and_for_nobody_else(
    door: str, flow: Flow, people: dict[str, User]
) -> None:
    method, body, ability = DOORS[door]

    for name, abilities in MAY.items():
        status = ask(people[name], flow, door, body, method)[0]
        assert (status == 403) == (ability not in abilities), (name, status)
        assert status < 500
    assert ask(people["mallory"], flow, door, body, method)[0] == 404
    assert ask(None, flow, door, body, method)[0] == 401
