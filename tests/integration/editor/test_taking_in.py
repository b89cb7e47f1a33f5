"""A workflow of n8n by its three doors: the Flows page, the REST API and the command."""

import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from helix.flows.models import Flow
from helix.teams.keys import make_token
from helix.teams.models import Member, Team, User
from helix.teams.roles import Role

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[2] / "unit/flows/n8n/workflows/old_weekly_report.json"


@pytest.fixture
def team() -> Team:
    team = Team.objects.create(name="North", slug="north")
    Member.objects.create(team=team, user=User.objects.create_user("bob@example.com"), role=Role.EDITOR)
    return team


def test_the_page_says_what_became_of_each_node(team: Team) -> None:
    client = Client()
    client.force_login(User.objects.get())
    file = SimpleUploadedFile("n8n.json", FILE.read_bytes())

    page = client.post(
        reverse("flows:import", kwargs={"team": team.slug}), {"file": file}, follow=True
    ).content.decode()

    flow = Flow.objects.get()
    assert (flow.name, flow.enabled) == ("Weekly check (old)", False)
    assert "3 are placeholders to be replaced" in page
    assert "it runs code" in page.lower()
    assert "={{$json[&quot;count&quot;]}}" in page and "{{ steps.numbers.data.body.count }}" in page
    later = Client()
    later.force_login(User.objects.get())
    again = later.get(reverse("flows:imported", kwargs={"team": team.slug, "flow_id": flow.pk}))
    assert again.status_code == 200 and "marked in the editor" in again.content.decode()


def test_the_api_gives_the_report(team: Team) -> None:
    secret = make_token(team, User.objects.get(), Role.EDITOR, "tests")
    answer = Client().post(
        "/api/v1/flows/import",
        json.dumps({"document": json.loads(FILE.read_text())}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert [line["fate"] for line in found["report"]["nodes"]].count("placeholder") == 3
    assert {problem["code"] for problem in found["problems"]} >= {"placeholder"}


def test_the_command_prints_the_report(team: Team) -> None:
    out = io.StringIO()
    call_command("import_flow", FILE, team=team.slug, stdout=out)
    assert "“Work out rate” is a placeholder: it runs code." in out.getvalue()
