"""The whole road of an event: a button on the sandbox's page, real HTTP, the inbox, a run; and what the Connections page shows."""

import re

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from helix.catalogue.sandbox_client import SANDBOX_SECRETS
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.models import Run
from helix.teams.models import Team, User
from helix.triggers.inbox import turn_inbox
from helix.triggers.models import Endpoint, TriggerInbox
from tests.fakes.sandbox import SandboxProcess
from tests.integration.triggers.conftest import MakeFlow, event, signed

NEW_KEY = "the signing key of a real workspace"


@pytest.fixture
def alice(team: Team) -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(User.objects.get(email="alice@demo.example"))
    return client


def test_a_webhook_of_the_sandbox_begins_a_run(
    live_server: LiveServer, team: Team, alice: Client, sandbox: SandboxProcess, make_flow: MakeFlow
) -> None:
    flow = make_flow("trigger.customerio_event", events=["email_bounced"])
    alice.post("/t/demo/connections/sandbox/")
    page = alice.get("/t/demo/sandbox/", headers={"host": live_server.url.removeprefix("http://")}).content.decode()
    address = re.search(r'name="url" value="([^"]+)"', page)
    assert address is not None

    host = {"host": live_server.url.removeprefix("http://")}
    alice.post("/t/demo/sandbox/webhook/", {"event": "email_bounced", "url": address[1]}, headers=host)
    told = alice.get("/t/demo/sandbox/")

    assert "which answered 202" in told.content.decode()
    assert turn_inbox() == 1
    assert Run.objects.get().flow == flow
    assert Run.objects.get().payload["metric"] == "bounced"


def test_the_connections_page_shows_one_address_takes_its_key_and_lists_deliveries(
    live_server: LiveServer, team: Team, alice: Client, make_flow: MakeFlow
) -> None:
    connection = save_connection(team, name="production", region="us", secrets=SANDBOX_SECRETS)
    make_flow("trigger.customerio_event", "Bounces", events=["email_bounced"])
    at = f"/t/demo/connections/{connection.pk}/events/"

    alice.post(at)
    without_key = alice.get("/t/demo/connections/").content.decode()
    alice.post(at, {"signing_key": NEW_KEY})
    endpoint = Endpoint.objects.get(connection=Connection.objects.get(name="production"))
    path = f"/h/demo/{endpoint.path}"
    body = event()
    sent = alice.post(path, body, content_type="application/json", headers=signed(body, NEW_KEY))
    turn_inbox()
    page = alice.get("/t/demo/connections/").content.decode()

    assert "the signing key is missing" in without_key and path in without_key
    assert sent.status_code == 202
    assert path in page and NEW_KEY not in page and NEW_KEY[-4:] in page
    assert ">Bounces</a>" in page

    row = TriggerInbox.objects.get()
    told = alice.post(f"{at}{row.pk}/again/", follow=True).content.decode()
    assert "1 run began" in told and Run.objects.count() == 2


def test_only_one_door_is_open_without_a_token_and_it_keeps_no_cookie(team: Team, make_flow: MakeFlow) -> None:
    endpoint = Endpoint.objects.get(flow=make_flow("trigger.webhook", verify="none"))

    answer = Client(enforce_csrf_checks=True).post(f"/h/demo/{endpoint.path}", b"{}", content_type="application/json")

    assert answer.status_code == 202
    assert not answer.cookies
