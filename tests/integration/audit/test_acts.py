"""What people do is written down: through pages, through the API, through agents and commands, with who and from where."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from helix.api.agents.server import call
from helix.api.auth import Caller
from helix.audit.acts import Act
from helix.audit.chain import INSTANCE, verify
from helix.audit.models import Entry
from helix.engine.bulk.carrying import carry_bulk
from helix.engine.resolve import resolve
from helix.teams.keys import read_token
from helix.teams.models import ApiToken, Member, User
from helix.teams.roles import Role
from tests.integration.security.world import PERSON, World

SECRET = "canary-7f3a-never-shown"


@pytest.fixture
def since(world: World) -> int:
    """The number of the last entry before the test's own acts."""
    return Entry.objects.filter(scope=str(world.team.pk)).count()


def entries(world: World, since: int) -> list[Entry]:
    assert list(verify(str(world.team.pk))) == []
    return list(Entry.objects.filter(scope=str(world.team.pk), number__gt=since).order_by("number"))


def told(found: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.act, entry.actor_kind) for entry in found]


def page(world: World, role: Role, path: str, form: dict[str, Any] | None = None, body: Any = None) -> int:
    client = world.client(role)
    at = f"/t/{world.team.slug}/{path}"
    if body is not None:
        return client.post(at, json.dumps(body), "application/json").status_code
    return client.post(at, form or {}).status_code


def api(world: World, method: str, path: str, body: Any = None) -> Any:
    header = {"authorization": f"Bearer {world.tokens[Role.ADMIN]}"}
    text = "" if body is None else json.dumps(body)
    answer = Client().generic(method, f"/api/v1/{path}", text, "application/json", headers=header)
    assert answer.status_code < 300, answer.content
    return json.loads(answer.content) if answer.content else None


PAGES: list[tuple[str, Role, str, dict[str, Any]]] = [
    (Act.PUBLISHED, Role.EDITOR, "flows/{flow}/publish/", {"body": {"note": "again"}}),
    (Act.SWITCHED_OFF, Role.EDITOR, "flows/{flow}/switch/", {"form": {"on": "false"}}),
    (Act.DELETED, Role.EDITOR, "flows/{flow}/delete/", {}),
    (Act.SECRET_SHOWN, Role.EDITOR, "flows/{flow}/webhook/", {"body": {"node": "hook", "act": "reveal"}}),
    (Act.SECRET_REPLACED, Role.EDITOR, "flows/{flow}/webhook/", {"body": {"node": "hook", "act": "replace"}}),
    (Act.CONNECTED, Role.ADMIN, "connections/connect/", {"form": {"name": "new", "region": "us", "app_key": SECRET}}),
    (Act.CONNECTION_CHANGED, Role.ADMIN, "connections/{spare}/change/",
     {"form": {"way": "bearer", "hosts": "api.example.com", "token": SECRET}}),
    (Act.CONNECTION_TESTED, Role.ADMIN, "connections/{spare}/test/", {}),
    (Act.CONNECTION_CAPPED, Role.ADMIN, "connections/{spare}/caps/", {"form": {"calls": "7"}}),
    (Act.CONNECTION_REMOVED, Role.ADMIN, "connections/{spare}/remove/", {}),
    (Act.BULK_BEGUN, Role.OPERATOR, "runs/many/begin/", {"form": {"act": "cancel", "all": "1"}}),
    (Act.BULK_STOPPED, Role.OPERATOR, "runs/many/{action}/stop/", {}),
    (Act.DECIDED, Role.OPERATOR, "runs/{run}/steps/{step}/resolve/", {"form": {"answer": "arrived"}}),
    (Act.AUDIT_EXPORTED, Role.ADMIN, "audit/export/", {}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "role", "path", "given"), PAGES, ids=[each[0] for each in PAGES])
def test_an_act_on_a_page(act: str, role: Role, path: str, given: dict[str, Any], world: World, since: int) -> None:
    names = {
        "flow": world.flow.pk, "spare": world.spare.pk, "action": world.action.pk, "run": world.run.pk,
        "step": world.step().pk,
    }  # fmt: skip

    assert page(world, role, path.format(**names), **given) < 400

    found = [entry for entry in entries(world, since) if entry.act != Act.SIGNED_IN]
    assert told(found) == [(act, "user")]
    assert found[0].actor_id == str(world.people[role].pk) and found[0].address == "127.0.0.1"
    assert SECRET not in str([vars(entry) for entry in Entry.objects.all()])


def test_acts_through_the_api_name_the_token(world: World, since: int) -> None:
    api(world, "POST", f"flows/{world.flow.pk}/publish", {"note": ""})
    api(world, "POST", f"flows/{world.flow.pk}/disable", {})
    api(world, "POST", f"flows/{world.flow.pk}/versions/1/restore", {})
    document = api(world, "GET", f"flows/{world.flow.pk}/export")
    api(world, "POST", "flows/import", {"document": document})
    made = api(world, "POST", "tokens", {"name": "more", "role": "viewer"})
    api(world, "DELETE", f"tokens/{made['id']}")
    api(world, "DELETE", f"flows/{world.flow.pk}")

    found = entries(world, since)
    assert [entry.act for entry in found] == [
        "flow.published", "flow.switched_off", "flow.restored", "flow.exported", "flow.imported", "token.made",
        "token.revoked", "flow.deleted",
    ]  # fmt: skip
    token = ApiToken.objects.get(team=world.team, role=Role.ADMIN, name="admin token")
    assert {(entry.actor_kind, entry.actor_id) for entry in found} == {("token", str(token.pk))}
    assert made["token"] not in str([vars(entry) for entry in found])


def test_an_agents_act_names_its_token(world: World, since: int) -> None:
    token = read_token(world.tokens[Role.EDITOR])
    assert token is not None
    caller = Caller(token, Role.EDITOR, "198.51.100.7")

    call(caller, "delete_flow", {"flow": str(world.flow.pk), "confirm": True})

    (entry,) = entries(world, since)
    assert (entry.act, entry.actor_kind, entry.address) == ("flow.deleted", "token", "198.51.100.7")


def test_coming_in_and_being_refused(world: World, since: int) -> None:
    carol = world.people[Role.VIEWER]
    carol.set_password("a good long password")
    carol.save()
    Client().post("/sign-in/", {"email": carol.email, "password": "wrong"})
    Client().post("/sign-in/", {"email": carol.email, "password": "a good long password"})
    Client().post("/sign-in/", {"email": "who@nowhere.example", "password": "wrong"})

    found = entries(world, since)
    assert told(found) == [("person.sign_in_refused", "nobody"), ("person.signed_in", "user")]
    assert {entry.address for entry in found} == {"127.0.0.1"}
    (unknown,) = Entry.objects.filter(scope=INSTANCE)
    assert (unknown.act, unknown.object_name) == ("person.sign_in_refused", "who@nowhere.example")
    assert "a good long password" not in str([vars(entry) for entry in Entry.objects.all()])


def test_members_come_change_and_go(world: World, since: int) -> None:
    dora = User.objects.create_user("dora@mine.example")
    member = Member.objects.create(team=world.team, user=dora, role=Role.VIEWER)
    member.role = Role.ADMIN
    member.save()
    member.save()
    member.delete()

    found = entries(world, since)
    assert [(entry.act, entry.before, entry.after) for entry in found] == [
        ("member.added", "", "viewer"), ("member.role_changed", "viewer", "admin"), ("member.removed", "admin", ""),
    ]  # fmt: skip


def test_erasing_a_person_is_written_down_without_the_person(world: World, since: int) -> None:
    call_command("erase_person", PERSON, team=world.team.slug, stdout=StringIO())

    (entry,) = entries(world, since)
    assert (entry.act, entry.actor_kind) == ("person.erased", "command")
    assert PERSON not in str(vars(entry)) and "runs" in entry.after


def test_a_change_of_the_retention(world: World, since: int) -> None:
    call_command("retention", team=world.team.slug, good=7, stdout=StringIO())
    call_command("retention", team=world.team.slug, stdout=StringIO())

    (entry,) = entries(world, since)
    assert (entry.act, entry.actor_kind) == ("team.retention_changed", "command")
    assert "14" in entry.before and "7" in entry.after


def test_an_action_on_many_runs_is_one_entry(world: World, since: int) -> None:
    page(
        world, Role.OPERATOR, "runs/attention/answer/",
        {"flow": str(world.flow.pk), "node": "report", "answer": "skip"},
    )  # fmt: skip
    carry_bulk()

    acts = [entry.act for entry in entries(world, since)]
    assert acts.count("runs.bulk_begun") == 1 and "run.decided" not in acts
    assert not resolve(world.step(), "skip", world.people[Role.OPERATOR])


def test_an_act_that_fails_leaves_no_entry(world: World, since: int) -> None:
    world.flow.draft = '{"format": 1, "nodes": [], "edges": [], "notes": []}'
    world.flow.save()
    page(world, Role.EDITOR, f"flows/{world.flow.pk}/publish/", body={})
    page(world, Role.ADMIN, f"connections/{world.connection.pk}/remove/")
    page(world, Role.VIEWER, f"flows/{world.flow.pk}/delete/")

    assert [entry.act for entry in entries(world, since) if entry.act != Act.SIGNED_IN] == []
