"""The REST API, called as a program calls it: tokens and roles, drafts, versions, runs, connections, strangers."""

import json
from typing import Any

import pytest
from django.test import Client

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.demo import SANDBOX_SECRETS
from helix.engine.perform import work
from helix.flows.models import Flow
from helix.teams.keys import make_token
from helix.teams.models import Member, Team, User
from helix.teams.roles import Role
from tests.build import cast, graph
from tests.fakes.sandbox import SandboxProcess

GO = {
    "key": "go",
    "type": "trigger.manual",
    "config": {"fields": [{"name": "email", "label": "E-mail", "type": "text", "required": True}]},
}
TRACK = {
    "key": "track",
    "type": "customerio.track_event",
    "config": {"userId": {"$liquid": "{{ trigger.email }}"}, "event": "called"},
}
STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Nothing to do."}}
GRAPH = graph([GO, TRACK], ["go>track"])


class Caller:
    """A program with a token."""

    def __init__(self, team: Team, person: User, role: Role) -> None:
        self.headers = {"Authorization": f"Bearer {make_token(team, person, role, 'tests')}"}
        self.client = Client()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = "" if body is None else json.dumps(body)
        answer = self.client.generic(
            method, f"/api/v1{path}", data, "application/json", headers={**self.headers, **headers}
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    return cast()[1]


@pytest.fixture
def team(people: dict[str, User]) -> Team:
    team = Team.objects.get(slug="demo")
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    return team


@pytest.fixture
def call(team: Team, people: dict[str, User]) -> Caller:
    return Caller(team, people["alice"], Role.OWNER)


def created(call: Caller) -> str:
    status, flow = call("POST", "/flows", {"name": "By API", "graph": GRAPH})
    assert status == 201, flow
    flow_id: str = flow["id"]
    return flow_id


def test_a_flow_is_created_published_and_run_with_an_idempotency_key(call: Caller, sandbox: SandboxProcess) -> None:
    flow = created(call)
    assert call("POST", f"/flows/{flow}/publish", {"note": "First"})[1]["number"] == 1
    order = {"input": {"email": "ada@example.com"}}

    first, run = call("POST", f"/flows/{flow}/runs", order, **{"Idempotency-Key": "order-17"})
    again = call("POST", f"/flows/{flow}/runs", order, **{"Idempotency-Key": "order-17"})[1]
    work()
    status, done = call("GET", f"/runs/{run['id']}")

    assert (first, run["state"], again["id"]) == (202, "queued", run["id"])
    assert (status, done["state"]) == (200, "succeeded")
    assert [(step["key"], step["state"]) for step in done["steps"]] == [("go", "succeeded"), ("track", "succeeded")]
    assert done["steps"][1]["attempts"][0]["exchanges"][0]["status"] == 200
    assert [request["body"]["userId"] for request in sandbox.requests()] == ["ada@example.com"]
    assert call("GET", f"/runs?flow={flow}&state=succeeded")[1]["items"][0]["id"] == run["id"]


def test_a_finished_run_is_waited_for(call: Caller, sandbox: SandboxProcess) -> None:
    flow = call(
        "POST", "/flows", {"name": "Short", "graph": graph([{**GO, "config": {"fields": []}}, STOP], ["go>halt"])}
    )[1]["id"]
    run = call("POST", f"/flows/{flow}/runs", {"version": "draft"})[1]
    work()

    assert call("GET", f"/runs/{run['id']}")[1]["message"] == "Nothing to do."


def test_a_dry_run_sends_nothing_out_and_says_so(call: Caller, sandbox: SandboxProcess) -> None:
    post = {"key": "post", "type": "http.request", "config": {"method": "POST", "url": "https://example.invalid/"}}
    drawn = graph([{**GO, "config": {"fields": []}}, post], ["go>post"])
    flow = call("POST", "/flows", {"name": "Dry", "graph": drawn})[1]["id"]

    run = call("POST", f"/flows/{flow}/runs", {"version": "draft", "mode": "dry"})[1]
    work()

    found = call("GET", f"/runs/{run['id']}")[1]
    assert (found["state"], found["dry"]) == ("succeeded", True)
    assert "was not sent" in found["steps"][1]["explanation"]
    assert call("POST", f"/flows/{flow}/runs", {"mode": "wet"})[0] == 422


def test_an_old_draft_is_refused_with_the_newer_one(call: Caller) -> None:
    flow = created(call)
    changed = {**GRAPH, "notes": []}
    assert (
        call("PUT", f"/flows/{flow}/draft", {"graph": {**changed, "edges": []}, "base_revision": 1})[1]["revision"] == 2
    )

    status, answer = call("PUT", f"/flows/{flow}/draft", {"graph": changed, "base_revision": 1})

    assert (status, answer["error"]["code"], answer["revision"]) == (409, "conflict", 2)
    assert answer["graph"]["edges"] == []


def test_a_flow_with_errors_is_kept_but_not_published(call: Caller) -> None:
    broken = graph([GO, {**TRACK, "config": {"event": 3}}], ["go>track"])

    problems = call("POST", "/check", {"graph": broken})[1]["problems"]
    flow = call("POST", "/flows", {"name": "Broken", "graph": broken})[1]
    status, answer = call("POST", f"/flows/{flow['id']}/publish", {})

    assert ("track", "/event") in [(problem["node"], problem["field"]) for problem in problems]
    assert flow["problems"] == problems
    assert (status, answer["error"]["code"]) == (422, "not_publishable")


@pytest.mark.parametrize(
    "body", ["null", "[]", "3", '"x"', '{"graph": 3}', '{"graph": {"nodes": 5}}', "{", '{"graph": {"format": 99}}']
)
def test_any_json_gets_a_sentence_and_never_a_failure_of_ours(body: str, call: Caller) -> None:
    answer = call.client.post("/api/v1/check", body, "application/json", headers=call.headers)

    assert answer.status_code in (200, 400, 422)
    assert answer.json().get("problems") or answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "value", ["NaN", "1e999", "-Infinity", '"\\u0000"', '"\\ud800"', "[" * 5000 + "]" * 5000, '{"a": 1, "a": 2}']
)
def test_what_no_database_can_keep_is_refused_at_every_door(value: str, call: Caller) -> None:
    anything = {"name": "any", "label": "Any", "type": "json", "required": True}
    flow = call(
        "POST", "/flows", {"name": "Any", "graph": graph([{**GO, "config": {"fields": [anything]}}, STOP], ["go>halt"])}
    )[1]["id"]

    for method, path, body in (
        ("POST", f"/flows/{flow}/runs", '{"version": "draft", "input": {"any": %s}}'),
        ("POST", "/check", '{"graph": %s}'),
        (
            "PUT",
            f"/flows/{flow}/draft",
            '{"base_revision": 1, "graph": {"format": 1, "nodes": [], "edges": [], "notes": [], "x": %s}}',
        ),
        ("POST", "/flows", '{"name": %s}'),
    ):
        answer = call.client.generic(method, f"/api/v1{path}", body % value, "application/json", headers=call.headers)
        assert answer.status_code == 400, (path, answer.content)
        assert answer.json()["error"]["message"]


def test_missing_and_unknown_input_is_named(call: Caller) -> None:
    flow = created(call)
    call("POST", f"/flows/{flow}/publish", {})

    status, answer = call("POST", f"/flows/{flow}/runs", {"input": {"mail": "x"}})

    assert status == 422
    assert set(answer["fields"]) == {"email", "mail"}


def test_secrets_go_in_and_never_come_out(call: Caller) -> None:
    status, made = call(
        "POST", "/connections", {"name": "production", "region": "eu", "secrets": {"app_key": "canary-8d1e-app"}}
    )
    everything = json.dumps([made, call("GET", "/connections")[1]])

    assert (status, made["families"], made["region"]) == (201, ["app"], "eu")
    assert "canary" not in everything
    assert call("POST", "/connections", {"name": "production", "secrets": {}})[0] == 409
    created(call)
    in_use = Connection.objects.get(name="sandbox")
    assert call("DELETE", f"/connections/{in_use.id}")[0] == 409


def test_a_connection_is_tested_key_by_key(call: Caller, sandbox: SandboxProcess) -> None:
    status, results = call("POST", f"/connections/{Connection.objects.get().id}/test")

    assert status == 200
    assert [(result["family"], result["ok"]) for result in results] == [
        ("track", True),
        ("app", True),
        ("pipelines", True),
    ]


def test_without_a_token_or_with_a_wrong_one_nothing_is_told(team: Team) -> None:
    for headers in ({}, {"Authorization": "Bearer hlx_wrong"}, {"Authorization": "Basic eA=="}):
        answer = Client().get("/api/v1/flows", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthorized"


def test_a_role_reaches_as_far_as_the_table_says(team: Team, people: dict[str, User], call: Caller) -> None:
    flow = created(call)
    viewer, operator = Caller(team, people["alice"], Role.VIEWER), Caller(team, people["alice"], Role.OPERATOR)

    assert viewer("GET", f"/flows/{flow}")[0] == 200
    assert viewer("POST", f"/flows/{flow}/runs", {"version": "draft"})[0] == 403
    assert operator("PUT", f"/flows/{flow}/draft", {"graph": GRAPH, "base_revision": 1})[0] == 403
    assert operator("POST", "/connections", {"name": "x", "secrets": {}})[0] == 403


def test_a_token_dies_with_its_makers_membership_and_never_exceeds_it(
    team: Team, people: dict[str, User], call: Caller
) -> None:
    flow = created(call)
    bob = Caller(team, people["bob"], Role.OWNER)
    assert bob("POST", "/connections", {"name": "x", "secrets": {}})[0] == 403  # Bob is an editor
    assert bob("GET", f"/flows/{flow}")[0] == 200

    Member.objects.filter(user=people["bob"]).delete()

    assert bob("GET", f"/flows/{flow}")[0] == 401


def test_a_stranger_meets_nothing(people: dict[str, User], call: Caller) -> None:
    flow = created(call)
    run = call("POST", f"/flows/{flow}/runs", {"version": "draft", "input": {"email": "a@b.example"}})[1]
    mallory = Caller(Team.objects.get(slug="demo-elsewhere"), people["mallory"], Role.OWNER)
    connection = Connection.objects.get().id

    for method, path, body in (
        ("GET", f"/flows/{flow}", None),
        ("PATCH", f"/flows/{flow}", {"name": "mine"}),
        ("DELETE", f"/flows/{flow}", None),
        ("PUT", f"/flows/{flow}/draft", {"graph": GRAPH, "base_revision": 1}),
        ("POST", f"/flows/{flow}/publish", {}),
        ("POST", f"/flows/{flow}/enable", None),
        ("POST", f"/flows/{flow}/runs", {}),
        ("GET", f"/flows/{flow}/versions", None),
        ("GET", f"/runs/{run['id']}", None),
        ("POST", f"/runs/{run['id']}/cancel", None),
        ("POST", f"/runs/{run['id']}/steps/{run['steps'][0]['id']}/resolve", {"answer": "again"}),
        ("PATCH", f"/connections/{connection}", {"region": "eu"}),
        ("POST", f"/connections/{connection}/test", None),
        ("DELETE", f"/connections/{connection}", None),
    ):
        assert mallory(method, path, body)[0] == 404, path
    assert mallory("GET", "/flows")[1]["items"] == []
    assert mallory("GET", "/runs")[1]["items"] == []
    assert Flow.objects.get().name == "By API"


def test_lists_are_paged_by_a_cursor(call: Caller) -> None:
    flow = created(call)
    for _ in range(52):
        call("POST", f"/flows/{flow}/runs", {"version": "draft", "input": {"email": "a@b.example"}})

    first = call("GET", "/runs")[1]
    second = call("GET", f"/runs?cursor={first['next']}")[1]

    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 2, None)
    assert not {run["id"] for run in first["items"]} & {run["id"] for run in second["items"]}
    assert call("GET", "/runs?cursor=nonsense")[0] == 400


def test_the_catalogue_and_the_description_list_everything(call: Caller) -> None:
    steps = call("GET", "/catalog")[1]["steps"]
    described = Client().get("/api/v1/openapi.json", headers=call.headers).json()

    assert sum(step["type"].startswith("customerio.") for step in steps) == 24
    assert all(step["input"]["type"] == "object" and step["output"]["type"] == "object" for step in steps)
    assert "/api/v1/flows/{flow_id}/runs" in described["paths"]


def test_a_flow_that_sends_to_many_is_published_with_its_name_only(call: Caller) -> None:
    send = {
        "key": "send",
        "type": "customerio.trigger_broadcast",
        "config": {"broadcast_id": 1, "emails": ["a@b.example"]},
    }
    _, flow = call("POST", "/flows", {"name": "To all", "graph": graph([GO, send], ["go>send"])})
    address = f"/flows/{flow['id']}/publish"

    for confirm in ({}, {"confirm": "to all"}):
        status, refused = call("POST", address, confirm)
        assert (status, refused["error"]["code"], refused["error"]["place"]) == (422, "confirm_mass", "/confirm")
    assert call("GET", f"/flows/{flow['id']}")[1]["published"] is None
    assert call("POST", address, {"confirm": "To all"})[0] == 201
