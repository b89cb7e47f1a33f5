"""The ids of a strangers' team in the place of one's own, in every address and every body: 404, and nothing of theirs changes."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helix.alerts.models import AlertRule
from helix.api.agents.server import call
from helix.api.auth import Caller
from helix.engine.bulk.models import BulkItem
from helix.engine.models import Run
from helix.flows.models import Flow
from helix.teams.keys import read_token
from helix.teams.roles import Role
from helix.triggers.models import Listener
from helix.triggers.publish import NotPublishable, publish
from tests.integration.security.addresses import parameters, written
from tests.integration.security.table import CALLS, PAGES
from tests.integration.security.test_matrix import ask
from tests.integration.security.world import World, digest_of

SHARED = ("part", "node", "number", "name", "key", "template")
"""Parameters that name no team's thing: kinds, numbers within a thing."""
CSRF = re.compile(r"[A-Za-z0-9]{64}")
swapped: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """How much was swapped, for whoever reads the output."""
    yield
    print(f"\nids of strangers: {swapped.total()} swapped {dict(swapped)}")


@pytest.fixture
def untouched(world: World, other: World) -> Iterator[None]:
    """Not one row of the strangers is other than before."""
    before = digest_of(other.team)
    assert sum(len(rows) for rows in before.values()) > 30
    yield
    assert digest_of(other.team) == before


def headers(world: World) -> dict[str, str]:
    return {"authorization": f"Bearer {world.tokens[Role.OWNER]}"}


def test_every_parameter_of_every_address(world: World, other: World, untouched: None) -> None:
    owner, wrong = world.client(Role.OWNER), []
    for route, rows in (PAGES | CALLS).items():
        theirs = other.values(route)
        for name in parameters(route):
            if name in SHARED:
                continue
            address = written(route, world, **{name: theirs[name]})
            for method, row in rows.items():
                client, more = (Client(), headers(world)) if route in CALLS else (owner, {})
                got = ask(client, method, address, row, world, **more)
                swapped["in an address"] += 1
                if got != 404:
                    wrong.append(f"{method} {route} with another team's {name}: {got}")

    assert not wrong, "\n".join(wrong)


def test_the_answer_to_a_strangers_id_is_that_to_no_id(world: World, other: World) -> None:
    owner = world.client(Role.OWNER)
    nobodys = "01a208b8-da80-739e-8357-bb9d2eefd067"
    for route, name in (
        ("t/<slug:team>/runs/<uuid:run_id>/", "run_id"), ("t/<slug:team>/flows/<uuid:flow_id>/", "flow_id"),
    ):  # fmt: skip
        theirs, none = (
            CSRF.sub("", owner.get(written(route, world, **{name: value})).content.decode().replace(str(value), ""))
            for value in (other.values(route)[name], nobodys)
        )
        assert theirs == none
    for path in ("runs", "flows", "connections"):
        pk = {"runs": other.run.pk, "flows": other.flow.pk, "connections": other.connection.pk}[path]
        theirs, none = (
            Client().get(f"/api/v1/{path}/{value}", headers=headers(world)).json()["error"] for value in (pk, nobodys)
        )
        assert theirs == none


Given = Callable[[World, World], tuple[str, dict[str, Any]]]
FORMS: dict[str, tuple[Given, tuple[int, ...]]] = {
    "answer for all of a flow": (
        lambda me, they: ("runs/attention/answer/", {"flow": they.flow.pk, "node": "report", "answer": "skip"}),
        (404,),
    ),
    "ask for many runs": (lambda me, they: ("runs/many/ask/", {"act": "cancel", "run": they.run.pk}), (200,)),
    "begin for many runs": (lambda me, they: ("runs/many/begin/", {"act": "cancel", "run": they.run.pk}), (302,)),
    "begin for all runs of a flow": (
        lambda me, they: ("runs/many/begin/", {"act": "cancel", "all": "1", "flow": they.flow.pk}),
        (302,),
    ),
    "act on many flows": (
        lambda me, they: ("flows/many/begin/", {"act": "delete", "flow": they.draft.pk}),
        (302,),
    ),
    "act on the flows of a folder": (
        lambda me, they: ("flows/many/begin/", {"act": "off", "all": "1", "folder": they.draft.folder_id}),
        (302,),
    ),
    "bring back many flows": (
        lambda me, they: ("flows/many/begin/", {"act": "restore", "flow": they.gone}),
        (302,),
    ),
    "search for a run": (lambda me, they: ("runs/search/", {"text": str(they.run.pk)}), (302,)),
    "search for a flow": (lambda me, they: ("runs/search/", {"text": f"flow:{they.flow.name}"}), (302,)),
    "test the alerts of a flow": (lambda me, they: ("alerts/test/", {"flow": they.flow.pk}), (404,)),
    "tell a stranger of alerts": (
        lambda me, they: ("alerts/settings/", {"kinds": "failed", "late": "15", "members": they.people[Role.OWNER].pk}),
        (302,),
    ),
}


@pytest.mark.parametrize("what", FORMS)
def test_ids_in_forms(what: str, world: World, other: World, untouched: None) -> None:
    given, wanted = FORMS[what]
    path, form = given(world, other)

    answer = world.client(Role.OWNER).post(f"/t/{world.team.slug}/{path}", form)

    swapped["in a form"] += 1
    assert answer.status_code in wanted
    assert str(other.run.pk) not in answer.headers.get("Location", "")
    assert other.flow.name not in answer.content.decode()
    assert not BulkItem.objects.filter(action__team=world.team, run__team=other.team).exists()
    assert not AlertRule.objects.filter(team=world.team, members__memberships__team=other.team).exists()


QUERIES: dict[str, Given] = {
    "runs of a flow": lambda me, they: ("runs/", {"flow": they.flow.pk}),
    "runs again": lambda me, they: ("runs/", {"rows": they.run.pk.hex}),
    "insights": lambda me, they: ("insights/", {"flow": they.flow.pk}),
    "schedule": lambda me, they: ("schedule/", {"flow": they.flow.pk}),
    "connections": lambda me, they: ("connections/", {"fresh": they.connection.pk}),
    "command bar": lambda me, they: ("flows/jump/", {"q": they.flow.name}),
    "flows": lambda me, they: ("flows/", {"q": they.flow.name}),
    "flows of a folder": lambda me, they: ("flows/", {"folder": they.draft.folder_id}),
    "what was chosen last": lambda me, they: ("flows/jump/", {"recent": f"flow:{they.flow.pk},run:{they.flow.pk}"}),
    "a run by its id": lambda me, they: ("flows/jump/", {"q": str(they.run.pk)}),
    "choices of flows": lambda me, they: (f"flows/{me.flow.pk}/choices/", {"kind": "all_flows"}),
    "choices of a connection": lambda me, they: (
        f"flows/{me.flow.pk}/choices/", {"kind": "segments", "connection": they.spare.name},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", QUERIES)
def test_ids_in_queries_show_nothing_of_theirs(what: str, world: World, other: World, untouched: None) -> None:
    path, query = QUERIES[what](world, other)

    answer = world.client(Role.OWNER).get(f"/t/{world.team.slug}/{path}", query)

    swapped["in a query"] += 1
    assert answer.status_code in (200, 404)
    text = answer.content.decode().replace(f'value="{query.get("q", "")}"', "").replace(f"“{query.get('q', '')}”", "")
    assert other.run.pk.hex not in text and str(other.run.pk) not in text
    assert f"/flows/{other.flow.pk}/" not in text
    assert f"Half done of {other.team.slug}" not in text


def calling(world: World, flow: str, connection: str = "sandbox") -> dict[str, Any]:
    """A graph that calls a flow and uses a connection."""
    made: dict[str, Any] = json.loads(json.dumps(world.graph))
    made["nodes"][3]["connection"] = connection
    made["nodes"].append(
        {"key": "sub", "type": "logic.run_flow", "name": "Sub", "config": {"flow": flow, "input": {}},
         "position": {"x": 0, "y": 600}}
    )  # fmt: skip
    made["edges"].append({"source": "report", "port": "next", "target": "sub"})
    return made


def test_a_graph_that_calls_a_strangers_flow_cannot_be_published(world: World, other: World, untouched: None) -> None:
    flow = world.flow
    flow.draft = json.dumps(calling(world, str(other.flow.pk)))
    flow.save(update_fields=["draft"])
    swapped["in a graph"] += 1

    with pytest.raises(NotPublishable) as refused:
        publish(flow, world.people[Role.OWNER])

    assert any(problem["node"] == "sub" and problem["severity"] == "error" for problem in refused.value.problems)
    assert other.flow.name not in str(refused.value.problems)


def test_a_graph_names_connections_of_its_own_team_only(world: World, other: World, untouched: None) -> None:
    other.spare.name = "only-theirs"
    with transaction.atomic():
        type(other.spare).objects.filter(pk=other.spare.pk).update(name="only-theirs")
        flow = world.flow
        flow.draft = json.dumps(calling(world, str(world.flow.pk), connection="only-theirs"))
        flow.save(update_fields=["draft"])
        swapped["in a graph"] += 1
        with pytest.raises(NotPublishable) as refused:
            publish(flow, world.people[Role.OWNER])
        transaction.set_rollback(True)

    assert any(problem["node"] == "report" for problem in refused.value.problems)
    assert not Listener.objects.filter(team=other.team, flow__team=world.team).exists()


CALLS_WITH_IDS: dict[str, Callable[[World, World], tuple[str, str, Any]]] = {
    "runs of a flow": lambda me, they: ("GET", f"runs?flow={they.flow.pk}", None),
    "check": lambda me, they: ("POST", "check", {"graph": calling(me, str(they.flow.pk))}),
    "import": lambda me, they: ("POST", "flows/import", {"document": calling(me, str(they.flow.pk))}),
    "a draft": lambda me, they: (
        "PUT", f"flows/{me.flow.pk}/draft", {"graph": calling(me, str(they.flow.pk)), "base_revision": me.flow.revision},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CALLS_WITH_IDS)
def test_ids_in_calls_show_nothing_of_theirs(what: str, world: World, other: World, untouched: None) -> None:
    method, path, body = CALLS_WITH_IDS[what](world, other)
    text = "" if body is None else json.dumps(body)

    answer = Client().generic(method, f"/api/v1/{path}", text, "application/json", headers=headers(world))

    swapped["in a call"] += 1
    assert answer.status_code in (200, 201)
    assert other.flow.name not in answer.content.decode() and str(other.run.pk) not in answer.content.decode()


TOOLS: dict[str, Callable[[World], dict[str, Any]]] = {
    "read_flow": lambda they: {"flow": str(they.flow.pk)},
    "diff_flow": lambda they: {"flow": str(they.flow.pk)},
    "list_runs": lambda they: {"flow": str(they.flow.pk)},
    "read_run": lambda they: {"run": str(they.run.pk)},
    "start_run": lambda they: {"flow": str(they.flow.pk)},
    "cancel_run": lambda they: {"run": str(they.run.pk)},
    "retry_run": lambda they: {"run": str(they.ended.pk)},
    "delete_flow": lambda they: {"flow": str(they.flow.pk), "confirm": True},
    "customerio_get_segments": lambda they: {"connection": "only-theirs"},
    "flow_theirs": lambda they: {},
}


@pytest.mark.parametrize("tool", TOOLS)
def test_ids_in_tools_of_agents(tool: str, world: World, other: World, untouched: None) -> None:
    token = read_token(world.tokens[Role.OWNER])
    assert token is not None
    name = f"flow_counting_of_other_{other.flow.pk.hex[-6:]}" if tool == "flow_theirs" else tool

    answer = call(Caller(token, Role.OWNER), name, TOOLS[tool](other))

    swapped["in a tool"] += 1
    content = json.dumps(answer.structured_content)
    assert answer.is_error or content.replace(" ", "") == '{"items":[],"next":null}'
    assert other.flow.name not in content and str(other.run.pk) not in content


def test_a_delivery_at_an_address_of_another_team_is_not_known(world: World, other: World, untouched: None) -> None:
    answer = Client().post(f"/h/{world.team.slug}/{other.endpoint.path}", "{}", "application/json")
    swapped["in an address"] += 1

    assert answer.status_code == 404


def test_an_act_at_a_webhook_takes_no_strangers_delivery(world: World, other: World, untouched: None) -> None:
    at = f"/t/{world.team.slug}/flows/{world.flow.pk}/webhook/"
    body = {"node": "hook", "act": "again", "delivery": str(other.delivery.pk)}

    answer = world.client(Role.OWNER).post(at, json.dumps(body), "application/json")

    swapped["in a call"] += 1
    assert answer.status_code == 404
    assert not Run.objects.filter(team=world.team, cause_kind="webhook").exists()


def test_nothing_of_one_team_points_at_another(world: World, other: World) -> None:
    """After all that is done in a world, its rows name its own team's things only."""
    assert not Flow.objects.filter(team=world.team, versions__runs__team=other.team).exists()
    assert not Run.objects.filter(team=world.team).exclude(flow__team=world.team).exists()
