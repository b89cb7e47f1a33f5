"""The gallery: every template becomes a draft without errors; inputs are checked; a missing connection is said."""

import json

import pytest
from django.test import Client

from helix.connections.keeping import save_connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.flows.models import Flow
from helix.gallery.catalogue import TEMPLATES
from helix.teams.models import Team
from tests.build import cast


@pytest.fixture
def team(db: None) -> Team:
    return cast()[0]


def door(team: Team, who: str) -> Client:
    client = Client()
    client.force_login(team.members.get(email=f"{who}@demo.example"))
    return client


def connect(team: Team) -> None:
    by = team.members.get(email="alice@demo.example")
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=by)


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_used_template_is_a_draft_without_errors(team: Team, key: str) -> None:
    connect(team)

    answer = door(team, "bob").post(f"/t/{team.slug}/templates/{key}/use/", {"connection": "sandbox"})

    flow = Flow.objects.get()
    assert answer.status_code == 302 and str(flow.pk) in answer["Location"]
    assert [each for each in flow.problems if each["severity"] == "error"] == []


def test_inputs_stand_in_every_place_they_belong_to(team: Team) -> None:
    connect(team)
    given = {"connection": "sandbox", "segment": "VIP", "team": "me@example.com"}

    door(team, "bob").post(f"/t/{team.slug}/templates/r02_segment_export/use/", given)

    draft = Flow.objects.get().draft
    assert "Newsletter readers" not in draft and "team@example.com" not in draft
    assert "where: 'name', 'VIP'" in draft


@pytest.mark.parametrize(
    ("name", "value"), [("segment", "x' }}{{ y"), ("zone", "Mars/Base"), ("cron", "every day"), ("team", "nobody")]
)
def test_an_unfit_input_makes_no_draft_and_says_why(team: Team, name: str, value: str) -> None:
    answer = door(team, "bob").post(f"/t/{team.slug}/templates/r02_segment_export/use/", {name: value})

    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert not Flow.objects.exists()


def test_without_a_connection_the_draft_is_made_and_names_what_lacks(team: Team) -> None:
    client = door(team, "bob")

    page = client.get(f"/t/{team.slug}/templates/r07_lead_in/").content.decode()
    client.post(f"/t/{team.slug}/templates/r07_lead_in/use/")

    flow = Flow.objects.get()
    assert f"/t/{team.slug}/connections/" in page and "There is no Customer.io connection yet" in page
    assert any(each["severity"] == "error" for each in flow.problems)
    assert len(json.loads(flow.draft)["nodes"]) == len(TEMPLATES["r07_lead_in"].graph["nodes"])


def test_readers_look_but_only_editors_use_and_strangers_find_nothing(team: Team) -> None:
    address = f"/t/{team.slug}/templates/"
    stranger = Client()
    stranger.force_login(Team.objects.get(slug="demo-elsewhere").members.get())

    assert door(team, "carol").get(address + "?q=segment").status_code == 200
    assert door(team, "carol").post(address + "r07_lead_in/use/").status_code == 403
    assert stranger.get(address).status_code == 404
    assert door(team, "bob").get(address + "nothing/").status_code == 404
