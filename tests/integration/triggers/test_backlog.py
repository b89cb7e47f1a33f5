"""When the workers lag behind: who starts runs is asked to wait, what comes from outside is kept and begins later."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.flows.models import Flow
from helix.teams.keys import make_token
from helix.teams.models import Team
from helix.teams.roles import Role
from helix.triggers import backlog
from helix.triggers.inbox import turn_inbox
from helix.triggers.intake.take import Call, take
from helix.triggers.models import Endpoint, TriggerInbox
from tests.integration.triggers.conftest import MakeFlow


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "KEPT_SECONDS", -1.0)


@pytest.fixture
def flow(make_flow: MakeFlow) -> Flow:
    return make_flow("trigger.manual", fields=[])


@pytest.fixture
def api(team: Team) -> Client:
    owner = team.members.get(email="alice@demo.example")
    return Client(headers={"Authorization": f"Bearer {make_token(team, owner, Role.EDITOR, 't')}"})


def start(api: Client, flow: Flow, key: str) -> Any:
    return api.post(
        f"/api/v1/flows/{flow.pk}/runs", json.dumps({"input": {}}), "application/json", headers={"Idempotency-Key": key}
    )


def fall_behind(seconds: int = 90) -> None:
    StepRun.objects.filter(state="ready").update(due_at=timezone.now() - timedelta(seconds=seconds))


def test_a_start_is_refused_with_a_time_to_come_back_and_nothing_is_begun(api: Client, flow: Flow) -> None:
    assert start(api, flow, "one").status_code == 202
    fall_behind()

    refused = start(api, flow, "two")

    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert "s behind with this team's runs. Nothing was started." in refused.json()["error"]["message"]
    assert Run.objects.count() == 1


def test_a_start_that_was_made_before_is_answered_as_before(api: Client, flow: Flow) -> None:
    first = start(api, flow, "one").json()["id"]
    fall_behind()

    assert start(api, flow, "one").json()["id"] == first


def test_a_short_delay_refuses_nobody(api: Client, flow: Flow) -> None:
    start(api, flow, "one")
    fall_behind(30)

    assert start(api, flow, "two").status_code == 202


def test_a_person_is_told_on_the_page(team: Team, flow: Flow, api: Client) -> None:
    start(api, flow, "one")
    fall_behind()
    browser = Client()
    browser.force_login(team.members.get(email="alice@demo.example"))

    page = browser.post(f"/t/{team.slug}/flows/{flow.pk}/start/", {})

    assert page.status_code == 422 and "Nothing was started. Try again in 30 s" in page.content.decode()


def test_deliveries_are_kept_and_begin_when_there_is_room(
    team: Team, flow: Flow, api: Client, make_flow: MakeFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = make_flow("trigger.webhook", "Hook", verify="none")
    start(api, flow, "one")
    monkeypatch.setattr(backlog, "MOST_QUEUED", 1)
    endpoint = Endpoint.objects.get(flow=hook)
    assert take(Call(team.slug, endpoint.path, {"content-type": "application/json"}, "", b'{"id": 1}')).status == 202

    assert turn_inbox() == 0
    row = TriggerInbox.objects.get()
    assert (row.state, row.note) == ("new", "Kept. It begins when there is room, and nothing is paused.")

    monkeypatch.setattr(backlog, "MOST_QUEUED", 100)
    assert turn_inbox(timezone.now() + timedelta(minutes=1)) == 1
