"""Templates of a team: saved from a flow without keys, used with what they ask for, seen by nobody else, removed."""

import json
from typing import Any

import pytest
from django.test import Client

from helix.audit.models import Entry
from helix.connections.keeping import save_connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.gallery.models import TeamTemplate
from helix.teams.models import Team
from tests.build import cast, graph_text

HOME = "/t/demo/templates/"
NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {
        "key": "track",
        "type": "customerio.track_event",
        "name": "Track it",
        "config": {"userId": "ada", "event": "bought"},
    },
    {
        "key": "call",
        "type": "http.request",
        "config": {"method": "GET", "url": "https://crm.example.com/a", "headers": {"X-Api-Key": "canary-key-77"}},
    },
]
EDGES = ["go>track", "track>call"]


@pytest.fixture
def team(db: None) -> Team:
    team, people = cast()
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=people["alice"])
    return team


def door(team: Team, who: str) -> Client:
    client = Client()
    client.force_login(team.members.get(email=f"{who}@demo.example"))
    return client


def flow_of(team: Team, nodes: list[dict[str, Any]] = NODES, edges: list[str] = EDGES) -> Flow:
    return create_flow(team, "Buyers", graph_text(nodes, edges))


def saved(team: Team, **given: Any) -> TeamTemplate:
    asked = {
        "title": "Track buyers",
        "says": "Tracks what was bought.",
        "ask": "track/event",
        "label track/event": "Which event",
    }
    answer = door(team, "bob").post(f"{HOME}save/{flow_of(team).pk}/", {**asked, **given})
    assert answer.status_code == 302, answer.content.decode()
    return TeamTemplate.objects.get()


def test_the_page_offers_the_plain_values_of_the_flow_by_name(team: Team) -> None:
    page = door(team, "bob").get(f"{HOME}save/{flow_of(team).pk}/").content.decode()

    assert 'value="track/event"' in page and "Track it → Event name" in page and "bought" in page
    assert 'value="call/url"' in page
    assert 'value="call/method"' not in page, "a choice of few is no text to type"


def test_a_saved_template_keeps_neither_connections_nor_keys(team: Team) -> None:
    kept = saved(team)

    assert "canary-key-77" in Flow.objects.get().draft and "canary-key-77" not in kept.graph
    assert not any("connection" in node for node in json.loads(kept.graph)["nodes"])
    assert Entry.objects.filter(act="template.saved").count() == 1


def test_used_it_asks_for_what_was_chosen_and_makes_a_draft_without_errors(team: Team) -> None:
    own = f"{HOME}own-{saved(team).pk}/"
    bob = door(team, "bob")
    page = bob.get(own).content.decode()
    assert "Which event" in page and 'value="bought"' in page

    answer = bob.post(f"{own}use/", {"connection": "sandbox", "in1": 'sold "out" {{ 7 }} 100%'})

    assert answer.status_code == 302
    made = Flow.objects.exclude(name="Buyers").get()
    nodes = {node["key"]: node for node in json.loads(made.draft)["nodes"]}
    assert made.name == "Track buyers" and nodes["track"]["connection"] == "sandbox"
    assert nodes["track"]["config"] == {"userId": "ada", "event": 'sold "out" {{ 7 }} 100%'}
    assert [each for each in made.problems if each["severity"] == "error"] == []


def test_it_is_listed_for_its_team_alone(team: Team) -> None:
    kept = saved(team)
    elsewhere = Client()
    elsewhere.force_login(Team.objects.get(slug="demo-elsewhere").members.get())

    assert "Track buyers" in door(team, "carol").get(HOME).content.decode()
    assert "Track buyers" not in elsewhere.get("/t/demo-elsewhere/templates/").content.decode()
    assert elsewhere.get(f"/t/demo-elsewhere/templates/own-{kept.pk}/").status_code == 404
    assert elsewhere.post(f"/t/demo-elsewhere/templates/own-{kept.pk}/remove/").status_code == 404


def test_editors_remove_it_and_flows_stay(team: Team) -> None:
    own = f"{HOME}own-{saved(team).pk}/"
    door(team, "bob").post(f"{own}use/", {"connection": "sandbox"})

    assert door(team, "olga").post(f"{own}remove/").status_code == 403
    assert door(team, "bob").post(f"{own}remove/").status_code == 302
    assert not TeamTemplate.objects.exists() and Flow.objects.count() == 2
    assert door(team, "bob").get(own).status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": " "}, "Give the template a title"),
        ({"title": "x" * 121}, "Give the template a title"),
        ({"says": "y" * 401}, "at most 400 characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(team: Team, given: dict[str, str], words: str) -> None:
    answer = door(team, "bob").post(f"{HOME}save/{flow_of(team).pk}/", {"title": "T", "says": "", **given})

    assert answer.status_code == 422 and words in answer.content.decode()
    assert not TeamTemplate.objects.exists()


def test_a_title_is_used_once(team: Team) -> None:
    saved(team)

    answer = door(team, "bob").post(f"{HOME}save/{flow_of(team).pk}/", {"title": "Track  buyers"})

    assert answer.status_code == 422 and "There is a template “Track buyers” already" in answer.content.decode()


def test_a_draft_with_errors_is_no_template(team: Team) -> None:
    broken = flow_of(team, [NODES[0], {**NODES[1], "config": {}}], EDGES[:1])

    answer = door(team, "bob").get(f"{HOME}save/{broken.pk}/", follow=True)

    assert "is no template yet. This draft has errors" in answer.content.decode()
