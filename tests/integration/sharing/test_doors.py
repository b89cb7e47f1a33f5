"""Every door to a flow against every level: pages, the API, tools of agents, the stream; and nothing of a hidden flow anywhere."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from helix.alerts.models import AlertRule, AlertState, Notice
from helix.alerts.rules import places_of
from helix.api.agents.server import call, tools_of
from helix.api.auth import Caller
from helix.flows.models import Flow, FlowGrant
from helix.teams.keys import make_token, read_token
from helix.teams.models import Member
from helix.teams.roles import Ability, Role
from helix.teams.sharing import Level, abilities_of
from tests.integration.security.addresses import parameters, written
from tests.integration.security.table import CALLS, PAGES
from tests.integration.security.test_matrix import ask
from tests.integration.security.world import World
from tests.integration.sharing.conftest import CANARY

GRANTS = (None, *Level)
OF_A_FLOW = ("flow_id", "run_id", "fire_id", "endpoint_id")
LOOKING = [(Role.VIEWER, grant) for grant in GRANTS] + [(Role.EDITOR, grant) for grant in GRANTS]


FOR_ALL = {"t/<slug:team>/templates/save/<uuid:flow_id>/": Ability.SHARE}
"""Addresses that show a flow for chosen people to the whole team: whoever may edit it only has no way there."""


def allow(world: World, role: Role, grant: Level | None) -> None:
    FlowGrant.objects.filter(flow=world.flow).delete()
    if grant:
        FlowGrant.objects.create(flow=world.flow, user=world.people[role], level=grant)


def token_of(world: World, role: Role) -> str:
    """A token with the highest role there is, of a maker who has only this one: it reaches as far as its maker."""
    return make_token(world.team, world.people[role], Role.OWNER, "wide")


@pytest.mark.parametrize(("role", "grant"), LOOKING)
def test_every_address_of_a_flow_at_every_level(world: World, role: Role, grant: Level | None) -> None:
    """Hidden: as if it were not there. Else as the rule says: 403 without the ability, and never 403 or 404 with it."""
    allow(world, role, grant)
    abilities, wrong = abilities_of(role, grant, True), []
    client, header = world.client(role), {"authorization": f"Bearer {token_of(world, role)}"}
    for route, rows in (PAGES | CALLS).items():
        named = set(parameters(route)) & set(OF_A_FLOW)
        if not named:
            continue
        for method, row in rows.items():
            needed = FOR_ALL.get(route, row.ability)
            if needed is None or method not in ("GET", "HEAD"):
                continue
            address = written(route, world)
            got = ask(
                Client() if route in CALLS else client,
                method,
                address,
                row,
                world,
                **(header if route in CALLS else {}),
            )
            if not abilities:
                fine = got == 404 or (got == 403 and needed not in abilities_of(role, None, False))
            elif needed in abilities:
                fine = got == row.status
            else:
                fine = got in (403, 404)
            if not fine:
                wrong.append(f"{method} {route} ({needed}): {got}")
    assert not wrong, "\n".join(wrong)


ACTS: list[tuple[str, str, Ability]] = [
    ("switch/", "form", Ability.PUBLISH), ("name/", "form", Ability.EDIT), ("share/who/", "form", Ability.SHARE),
    ("run/", "json", Ability.OPERATE), ("publish/", "json", Ability.PUBLISH), ("rename/", "json", Ability.EDIT),
    ("delete/", "form", Ability.PUBLISH),
]  # fmt: skip


@pytest.mark.parametrize(("role", "grant"), LOOKING)
def test_acts_at_every_level(world: World, role: Role, grant: Level | None) -> None:
    allow(world, role, grant)
    abilities, client = abilities_of(role, grant, True), world.client(role)
    for path, how, ability in ACTS:
        body: dict[str, Any] = {"input": {}, "note": "", "name": CANARY, "on": "true", "who": "chosen"}
        sent = json.dumps(body) if how == "json" else body
        more: dict[str, Any] = {"content_type": "application/json"} if how == "json" else {}
        got = client.post(f"/t/mine/flows/{world.flow.pk}/{path}", sent, **more).status_code
        if ability in abilities:
            assert got in (200, 201, 202, 302), (path, got)
        elif not abilities:
            assert got == (404 if ability in abilities_of(role, None, False) else 403), (path, got)
        else:
            assert got == 403, (path, got)
    assert (Flow.objects.get(pk=world.flow.pk).deleted_at is not None) == (Ability.PUBLISH in abilities)


LISTS = [
    "flows/", "flows/?q=Zanz", "flows/jump/?q=Zanz", "runs/", "runs/?state=attention", "runs/?state=failed", "runs/?named=Zanz",
    "runs/many/", "runs/attention/", "runs/attention/count/", "schedule/", "schedule/?kind=trouble", "insights/", "alerts/",
    "connections/",
]  # fmt: skip


@pytest.fixture
def told(world: World) -> World:
    """Something of the flow is on every page."""
    now = timezone.now()
    AlertState.objects.create(
        team=world.team, subject=world.flow.pk, flow=world.flow, kind="failed", is_open=True, opened_at=now
    )
    Notice.objects.create(
        team=world.team, flow=world.flow, kind="failed", event="opened", subject=f"“{CANARY}” fails", created_at=now
    )
    return world


def seen(world: World, role: Role) -> dict[str, bool]:
    client, found = world.client(role), {}
    for path in [
        *LISTS,
        f"flows/{world.draft.pk}/choices/?kind=all_flows",
        f"runs/?flow={world.flow.pk}",
        f"insights/?flow={world.flow.pk}",
    ]:
        answer = client.get(f"/t/mine/{path}", headers={"accept": "text/html"})
        found[path] = CANARY in answer.content.decode() or str(world.run.pk) in answer.content.decode()
    return found


def test_the_name_is_on_no_page_of_others(told: World) -> None:
    for role in (Role.VIEWER, Role.OPERATOR, Role.EDITOR):
        allow(told, role, None)
        assert not [path for path, there in seen(told, role).items() if there], role
    for role in (Role.ADMIN, Role.OWNER):
        there = seen(told, role)
        assert (
            there["flows/"] and there["runs/"] and there["schedule/"] and there["alerts/"] and there["runs/attention/"]
        )
    allow(told, Role.OPERATOR, Level.VIEW)
    assert seen(told, Role.OPERATOR)["flows/"] and seen(told, Role.OPERATOR)["runs/"]


def test_alerts_go_to_members_who_see_the_flow(world: World) -> None:
    rule = AlertRule.objects.get(team=world.team, flow=world.flow)
    rule.members.set([world.people[Role.EDITOR], world.people[Role.ADMIN]])

    assert dict(places_of(rule, world.flow.pk))["email"] == [world.people[Role.ADMIN].email]
    allow(world, Role.EDITOR, Level.VIEW)
    assert set(dict(places_of(rule, world.flow.pk))["email"]) == {
        world.people[r].email for r in (Role.EDITOR, Role.ADMIN)
    }


def test_a_search_does_not_tell_whether_it_is_there(told: World) -> None:
    client = told.client(Role.OPERATOR)
    for text in (f'flow:"{CANARY}"', str(told.run.pk)):
        answer = client.post("/t/mine/runs/search/", {"text": text}, follow=True)
        assert f"/flows/{told.flow.pk}/" not in answer.content.decode()
        assert f"flow={told.flow.pk}" not in str(answer.redirect_chain) and f"runs/{told.run.pk}" not in str(
            answer.redirect_chain
        )


def test_calls_and_tools_list_nothing_of_it(told: World) -> None:
    for role in (Role.VIEWER, Role.OPERATOR, Role.EDITOR):
        key = token_of(told, role)
        for path in ("flows", "runs", "schedule?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z", "schedule"):
            text = Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {key}"}).content.decode()
            assert CANARY not in text and str(told.flow.pk) not in text, (role, path)
        token = read_token(key)
        assert token is not None
        caller = Caller(token, role)
        assert CANARY not in str([tool.title for tool in tools_of(caller)])
        for tool, given in (
            ("read_flow", {"flow": str(told.flow.pk)}),
            ("read_run", {"run": str(told.run.pk)}),
            ("list_runs", {}),
        ):
            text = json.dumps(call(caller, tool, given).structured_content)
            assert CANARY not in text and str(told.run.pk) not in text.replace(str(given), "")


def test_a_tool_reaches_as_far_as_the_grant(world: World) -> None:
    allow(world, Role.VIEWER, Level.RUN)
    token = read_token(token_of(world, Role.VIEWER))
    assert token is not None
    caller = Caller(token, Role.VIEWER)

    assert not call(caller, "start_run", {"flow": str(world.flow.pk), "input": {}}).is_error
    assert call(caller, "delete_flow", {"flow": str(world.flow.pk), "confirm": True}).is_error
    assert call(caller, "start_run", {"flow": str(world.draft.pk), "input": {}}).is_error


def test_a_token_follows_its_maker_at_once(world: World) -> None:
    allow(world, Role.EDITOR, Level.EDIT)
    header = {"authorization": f"Bearer {token_of(world, Role.EDITOR)}"}
    at = f"/api/v1/flows/{world.flow.pk}"
    assert Client().get(at, headers=header).status_code == 200

    FlowGrant.objects.all().delete()
    assert Client().get(at, headers=header).status_code == 404
    Member.objects.filter(user=world.people[Role.EDITOR]).delete()
    assert Client().get(at, headers=header).status_code == 401


def test_many_runs_at_once_leave_out_what_one_may_only_see(world: World) -> None:
    allow(world, Role.OPERATOR, Level.VIEW)
    client = world.client(Role.OPERATOR)

    client.post("/t/mine/runs/many/begin/", {"act": "cancel", "run": str(world.run.pk)})
    client.post("/t/mine/runs/many/begin/", {"act": "cancel", "all": "1"})

    from helix.engine.bulk.models import BulkItem

    assert not BulkItem.objects.exclude(action=world.action).filter(run__flow=world.flow).exists()


def test_whoever_restricts_keeps_the_flow_and_grants_are_for_the_team(world: World) -> None:
    Flow.objects.filter(pk=world.flow.pk).update(restricted=False)
    client, at = world.client(Role.EDITOR), f"/t/mine/flows/{world.flow.pk}/share/"

    assert client.post(at + "who/", {"who": "chosen"}).status_code == 302
    assert CANARY in client.get(at).content.decode()
    mine = {"user": str(world.people[Role.EDITOR].pk), "level": "view"}
    assert client.post(at + "people/", mine).status_code == 422, "nobody shuts themselves out"
    assert client.post(at + "people/", {"user": str(world.people[Role.VIEWER].pk), "level": "owner"}).status_code == 422
    stranger = make_world_person()
    assert client.post(at + "people/", {"user": stranger, "level": "edit"}).status_code == 404
    assert set(FlowGrant.objects.values_list("user", "level")) == {(world.people[Role.EDITOR].pk, "edit")}


def make_world_person() -> str:
    from helix.teams.models import User

    return str(User.objects.create_user("nobody@elsewhere.example").pk)
