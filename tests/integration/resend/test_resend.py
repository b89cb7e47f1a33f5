"""The second integration: written by its page alone, it appears by itself, runs against a stand-in, and says what is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from helix.connections.keeping import save_connection
from helix.connections.keeping import test_connection as try_connection
from helix.connections.models import Connection
from helix.engine.perform import work
from helix.engine.states import RunState
from helix.flows.palette import palette
from helix.teams.models import Team, User
from integrations.kit.client import open_client
from tests.integration.engine.conftest import Begin, as_fast_as_can_be, begin, output, step, team
from tests.unit.flows.cast import CONNECTIONS
from tests.unit.integrations.listener import Listener, Says

__all__ = ["as_fast_as_can_be", "begin", "team"]
KEY = "re_123456789_secret"
TRIGGER = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
MAIL = {
    "key": "mail", "type": "resend.send_email", "connection": "mailer",
    "config": {"from": "Shop <orders@example.com>", "to": ["ada@example.com"], "subject": "Sent", "text": {"$liquid": "Run {{ run.id }}"}},
}  # fmt: skip
ROOT = Path(__file__).parents[3]


@pytest.fixture
def service(begin: Begin, team: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A stand-in for the service, and a connection to it: calls of a sandbox connection go to the sandbox's address."""
    listener = Listener()
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", listener.url)
    save_connection(team, name="mailer", integration="resend", secrets={"api_key": KEY}, sandbox=True)
    yield listener
    listener.close()


def test_a_flow_sends_the_request_of_the_services_documents(service: Listener, begin: Begin) -> None:
    service.says(Says(200, {"id": "49a3999c"}))
    run = begin([TRIGGER, MAIL], ["go>mail"])

    work()

    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.SUCCEEDED, "")
    (heard,) = service.heard
    assert (heard.method, heard.target) == ("POST", "/emails")
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.headers["idempotency-key"] == step(run, "mail").idempotency_key
    assert heard.json == {"from": "Shop <orders@example.com>", "to": ["ada@example.com"], "subject": "Sent", "text": f"Run {run.id}"}  # fmt: skip
    assert output(run, "mail")["data"] == {"id": "49a3999c"}
    assert KEY not in str(step(run, "mail").attempts.get().exchanges)


def test_a_refusal_is_a_sentence_without_regions(service: Listener, begin: Begin) -> None:
    service.says(Says(403, {"statusCode": 403, "message": "The example.com domain is not verified."}))
    run = begin([TRIGGER, {**MAIL, "retry": {"max_attempts": 1}}], ["go>mail"])

    work()

    error = step(run, "mail").attempts.get().error
    assert "domain is not verified" in str(error) and "Verify the domain" in str(error)
    assert "region" not in str(error)


@pytest.mark.parametrize(("status", "state"), [(200, "working"), (401, "refused")])
def test_the_connection_is_tested_by_reading(service: Listener, status: int, state: str) -> None:
    service.says(Says(status, {"data": []} if status == 200 else {"message": "API key is invalid"}))
    connection = Connection.objects.get(name="mailer")

    with open_client() as client:
        (result,) = try_connection(connection, client)

    assert (result.ok, connection.state) == (status == 200, state)
    assert (service.heard[0].method, service.heard[0].target) == ("GET", "/domains")


def test_it_appears_in_palette_catalogue_and_connections_by_itself(service: Listener, team: Team) -> None:
    assert palette()["resend.send_email"]["family_title"] == "Resend"
    client = Client()
    client.force_login(User.objects.get())
    catalogue = client.get(reverse("catalogue:list", kwargs={"team": team.slug})).content.decode()
    assert "Send transactional e-mail" in catalogue and "Resend" in catalogue
    step_page = client.get(reverse("catalogue:step", kwargs={"team": team.slug, "key": "resend.send_email"}))
    assert step_page.status_code == 200
    page = client.get(reverse("connections:list", kwargs={"team": team.slug})).content.decode()
    assert "Connect Resend" in page and "mailer" in page

    where = reverse("connections:connect", kwargs={"team": team.slug})
    empty = client.post(where, {"integration": "resend", "name": "second"})
    assert empty.status_code == 422 and "Enter the key of Resend: API key." in empty.content.decode()
    client.post(where, {"integration": "resend", "name": "second", "api_key": KEY})
    made = Connection.objects.get(name="second")
    assert (made.integration, [secret.field for secret in made.secrets.all()]) == ("resend", ["api_key"])


def test_the_check_asks_for_its_connection_and_its_fields() -> None:
    from helix.flows.check import check
    from helix.flows.graph import read_graph

    config = {"from": "a@example.com", "to": ["b@example.com"], "subject": "x"}
    graph = {
        "format": 1, "nodes": [TRIGGER, {"key": "mail", "type": "resend.send_email", "name": "Mail", "config": config}],
        "edges": [{"source": "go", "target": "mail"}],
    }  # fmt: skip
    said = {
        problem.code: f"{problem.message} {problem.hint}" for problem in check(read_graph(graph), CONNECTIONS).errors
    }
    assert "it has no connection to Resend" in said["connection_missing"]
    assert any("Text" in words and "HTML" in words for words in said.values())


def test_no_other_folder_names_the_service() -> None:
    places = [*(ROOT / "helix").rglob("*.py"), *(ROOT / "integrations").rglob("*.py"), *(ROOT / "templates").rglob("*.html"), *(ROOT / "static/editor").glob("*.js")]  # fmt: skip
    named = [str(path) for path in places if path.parent.name != "resend" and re.search(r"\bresend\b\.|Resend\b", path.read_text())]  # fmt: skip
    assert named == []
