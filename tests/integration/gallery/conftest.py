"""Templates in use: a team connected to a real sandbox, an HTTP service and a mail server of this machine, and runs carried to their end."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pydantic import SecretStr

from helix.connections.keeping import save_connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.engine.awaiting import approve
from helix.engine.budget.gate import forget_gate
from helix.engine.budget.pace import Pace
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import LIVE_RUN_STATES, Cause, StepState
from helix.engine.sweep import wake_due
from helix.flows.drafts import create_flow
from helix.gallery.catalogue import TEMPLATES
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import publish
from tests.build import cast
from tests.fakes.mail import MailServer
from tests.fakes.sandbox import SandboxProcess
from tests.unit.integrations.listener import Listener

ROUNDS = 25


@dataclass
class Town:
    """The world around a template: what it may reach, and what reached it."""

    team: Team
    sandbox: SandboxProcess
    service: Listener
    mail: MailServer

    def publish(self, key: str, **values: str | int) -> Any:
        """The template as a published flow; addresses of its own lead to this machine's service."""
        template = TEMPLATES[key]
        addresses = {each.name: f"{self.service.url}/{each.name}" for each in template.inputs if each.type == "url"}
        graph = template.filled({**addresses, **values}, "sandbox")
        return publish(create_flow(self.team, template.title, json.dumps(graph)), None)

    def begin(self, version: Any, entry: str, payload: dict[str, Any]) -> Run:
        return start(version, cause=Cause.TEST, key=str(new_id()), payload=payload, entry=entry)

    def carry(self, run: Run, yes: bool = True) -> Run:
        """Everything that workers, the scheduler and an admin do until the run has ended; pauses are not waited for."""
        for _ in range(ROUNDS):
            work()
            run.refresh_from_db()
            if run.state not in LIVE_RUN_STATES:
                break
            waiting = StepRun.objects.filter(run=run, state=StepState.WAITING)
            for step in waiting.filter(node="approval"):
                approve(step, yes, self.team.members.get(email="alice@demo.example"), "Looked at.")
            waiting.filter(node__in=["pause", "minute"]).update(started_at=timezone.now() - timedelta(hours=1))
            waiting.exclude(node="approval").filter(due_at__isnull=False).update(due_at=timezone.now())
            forget_gate()
            wake_due()
        return run

    def writes(self) -> list[str]:
        """The calls that changed something, in order, as they were answered well."""
        found = (each for each in self.sandbox.requests() if each["method"] != "GET")
        return [each["path"] for each in found if each["answer"] and each["answer"]["status"] < 300]

    def effects(self) -> dict[str, Any]:
        """What is different in Customer.io now, and what the service and the mailbox got."""
        state = self.sandbox.state()
        told = {
            "events": dict(Counter(str(each.get("event") or each.get("name")) for each in state["events"])),
            "suppressed": len(state["suppressed"]),
            "unsubscribed": len(state["unsubscribed"]),
            "triggers": len(state["triggers"]),
            "pushes": len(state["push_events"]),
            "new people": state["counts"]["people"] - 40,
            "http": [f"{each.method} {each.target.split('/')[1]}" for each in self.service.heard],
            "mails": [str(each.message["Subject"]) for each in self.mail.received],
        }
        return {name: value for name, value in told.items() if value}


@pytest.fixture
def town(transactional_db: None, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    team, people = cast()
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=people["alice"])
    service = Listener()
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", f"127.0.0.1:{service.server.server_port}")
    monkeypatch.setattr(Pace, "of", classmethod(lambda cls, rate: cls(0.0001)))
    with MailServer() as mail:
        monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr(f"smtp://127.0.0.1:{mail.port}"))
        monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_FROM", "helix@example.com")
        yield Town(team, sandbox, service, mail)
    service.close()
