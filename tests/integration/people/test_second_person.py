"""A team may ask that somebody else than who edited a draft publishes it: on the page, over the API, and by nobody's way around."""

import json

import pytest
from django.test import Client

from helix.audit.models import Entry
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.keys import make_token
from helix.teams.models import Team, User
from helix.teams.roles import Role
from helix.triggers.publish import NeedsAnother, publish
from tests.build import cast, graph_text

NODES = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}},
]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    _, people = cast()
    return people


@pytest.fixture
def team(people: dict[str, User]) -> Team:
    Team.objects.update(two_publish=True)
    return Team.objects.get(slug="demo")


def draft(team: Team, by: User) -> Flow:
    return create_flow(team, "Watched", graph_text(NODES, ["go>one"]), by)


def test_who_edited_asks_somebody_else(team: Team, people: dict[str, User]) -> None:
    flow = draft(team, people["bob"])

    with pytest.raises(NeedsAnother, match="Ask another editor"):
        publish(flow, people["bob"])
    assert publish(flow, people["alice"]).number == 1


def test_page_and_api_say_so_and_publish_nothing(team: Team, people: dict[str, User], client: Client) -> None:
    flow = draft(team, people["bob"])
    client.force_login(people["bob"])
    page = client.post(f"/t/{team.slug}/flows/{flow.pk}/publish/", {"note": ""}, content_type="application/json")
    token = make_token(team, people["bob"], Role.EDITOR, "t")
    call = Client().post(
        f"/api/v1/flows/{flow.pk}/publish", {"note": ""}, content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip

    for answer in (page, call):
        assert answer.status_code == 422
        assert "Ask another editor" in json.loads(answer.content)["error"]["message"]
    flow.refresh_from_db()
    assert flow.published is None


def test_an_admin_switches_it_and_the_log_tells(people: dict[str, User], client: Client) -> None:
    team = Team.objects.get(slug="demo")
    client.force_login(people["alice"])
    address = f"/t/{team.slug}/team/settings/publishing/"

    for two in ("yes", "yes", ""):
        assert client.post(address, {"two": two}).status_code == 302
    assert "A second person publishes" in client.get(f"/t/{team.slug}/team/settings/").content.decode()

    told = list(Entry.objects.filter(act="team.publishing_changed").order_by("pk").values_list("after", flat=True))
    assert told == ["by a second person", "by any editor"]
    publish(draft(team, people["bob"]), people["bob"])
