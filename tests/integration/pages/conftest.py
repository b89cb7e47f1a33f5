"""A team with one of everything, and a browser-less client for each of the cast."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from helix.catalogue.sandbox_client import SANDBOX_SECRETS
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.bulk.freezing import freeze_runs
from helix.engine.bulk.models import BulkAction, BulkKind
from helix.engine.models import Attempt, Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Team, User
from helix.triggers.endpoints import endpoint_of_connection
from helix.triggers.models import TriggerInbox
from helix.triggers.publish import publish
from tests.build import cast, graph_text

NODES: list[dict[str, Any]] = [
    {"key": "by_hand", "type": "trigger.manual", "name": "By hand", "config": {"fields": []}},
    {"key": "segments", "type": "customerio.get_segments", "name": "List segments"},
    {"key": "report", "type": "customerio.track_event", "name": "Report", "config": {"userId": "ops", "event": "counted"}},
]  # fmt: skip
EDGES = ["by_hand>segments", "segments>report"]
SECRET_EMAIL = "ada@private.example"


@dataclass
class World:
    """What the tests' team has."""

    team: Team
    people: dict[str, User]
    flow: Flow
    draft: Flow
    run: Run
    connection: Connection

    def at(self, path: str = "") -> str:
        return f"/t/{self.team.slug}/{path}"

    def step(self, node: str = "report") -> StepRun:
        return StepRun.objects.get(run=self.run, node=node)

    def again(self, **fields: Any) -> Run:
        """Another run of the flow, with these fields set as they are."""
        assert self.flow.published is not None
        run = start(self.flow.published, cause=Cause.TEST, key=str(new_id()), payload={}, by=self.people["bob"])
        Run.objects.filter(pk=run.pk).update(**fields)
        run.refresh_from_db()
        return run

    def failed(self) -> StepRun:
        """The run's last step as it is after a refused call whose input and request hold personal data."""
        now = timezone.now()
        step = self.step()
        error = {
            "kind": "refused",
            "message": "Customer.io refused it (400).",
            "hint": "Correct the event.",
            "status": 400,
        }
        exchange = {
            "method": "POST", "url": "https://cdp.customer.io/v1/track", "request_headers": {"authorization": "Basic •••"},
            "request_body": f'{{"userId": "{SECRET_EMAIL}"}}', "status": 400, "response_headers": {}, "response_body": "{}",
            "started_at": now.isoformat(), "duration_ms": 12,
        }  # fmt: skip
        Attempt.objects.create(
            step=step, number=1, outcome="failed", started_at=now, ended_at=now, exchanges=[exchange], error=error
        )
        StepRun.objects.filter(pk=step.pk).update(
            state="failed", started_at=now, ended_at=now + timedelta(seconds=1), attempts_made=1,
            input={"userId": SECRET_EMAIL}, output={"data": None, "error": error, "successful": False},
        )  # fmt: skip
        Run.objects.filter(pk=self.run.pk).update(state="failed", ended_at=now, message="Step “Report”: refused.")
        return self.step()

    def delivery(self) -> TriggerInbox:
        """What came in at the connection's address."""
        endpoint = endpoint_of_connection(self.connection)
        now = timezone.now()
        return TriggerInbox.objects.get_or_create(
            endpoint=endpoint, dedupe_key="e:1", defaults={"body": b"{}", "due_at": now, "received_at": now}
        )[0]

    def action(self) -> BulkAction:
        """An action on many runs, of which nothing is done yet."""
        runs = Run.objects.filter(team=self.team)
        return freeze_runs(self.team, self.people["olga"], BulkKind.CANCEL, runs, words="all runs", key="of the world")

    def doubted(self) -> StepRun:
        """The run's last step in doubt."""
        now = timezone.now()
        StepRun.objects.filter(run=self.run, node="segments").update(state="succeeded", port="next", ended_at=now)
        StepRun.objects.filter(pk=self.step().pk).update(state="unknown", started_at=now, sent_at=now)
        Run.objects.filter(pk=self.run.pk).update(state="waiting", attention=True)
        return self.step()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    caches["names"].clear()
    team, people = cast()
    connection = save_connection(
        team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=people["alice"]
    )
    flow = create_flow(team, "Counting", graph_text(NODES, EDGES), people["bob"])
    version = publish(flow, people["bob"])
    flow.refresh_from_db()
    run = start(version, cause=Cause.MANUAL, key="first", payload={"who": SECRET_EMAIL}, by=people["olga"])
    draft = create_flow(team, "Half done", by=people["bob"])
    yield World(team, people, flow, draft, run, connection)


SignIn = Callable[[str], Client]


@pytest.fixture
def as_(world: World) -> SignIn:
    """A client that is signed in as one of the cast: as_("carol"); as_("nobody") is signed out."""

    def sign_in(name: str) -> Client:
        client = Client(headers={"accept": "text/html"})
        if name != "nobody":
            client.force_login(world.people[name])
        return client

    return sign_in


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")
