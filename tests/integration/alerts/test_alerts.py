"""From a run that failed to a message in a mailbox, and nothing said twice."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pydantic import SecretStr

from helix.alerts.courier import LEASE, carry_due
from helix.alerts.duties import count_ends, look_at_clock
from helix.alerts.models import AlertRule, AlertState, Delivery, Notice
from helix.alerts.sealing import make_secret, signature
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.steps.email import send_email
from helix.flows.models import Flow
from helix.teams.models import Member, Team
from helix.triggers.lateness import look_for_late
from helix.triggers.models import Schedule, ScheduleFire
from tests.fakes.mail import MailServer
from tests.integration.insights.conftest import ended, flows, team

__all__ = ["flows", "team"]
pytestmark = pytest.mark.django_db
ALL = ["failed", "recovered", "late", "silent", "paused"]


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    server = MailServer()
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr(f"smtp://127.0.0.1:{server.port}"))
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_FROM", "helix@example.com")
    yield server
    server.close()


@pytest.fixture
def rule(team: Team) -> AlertRule:
    rule = AlertRule.objects.create(team=team, kinds=ALL, addresses=["ops@example.com"])
    rule.members.set([Member.objects.filter(team=team).order_by("pk")[0].user])
    return rule


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("event", flat=True))


def test_a_failure_arrives_in_the_mailbox(rule: AlertRule, flows: list[Flow], mail: MailServer) -> None:
    run = ended(flows[0], "failed", timezone.now())

    count_ends()
    carry_due()

    (received,) = mail.received
    text = received.message.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert received.to == ["alice@counted.example", "ops@example.com"]
    assert str(make_header(decode_header(received.message["subject"]))) == "[Helix] “Nightly” failed"
    assert f"/t/counted/runs/{run.pk}/" in text.decode()
    assert Delivery.objects.get().pk.hex in str(received.message["message-id"])
    assert Delivery.objects.get().state == "sent"


def test_ten_failures_and_one_recovery_are_two_messages(rule: AlertRule, flows: list[Flow]) -> None:
    now = timezone.now()
    for each in range(10):
        ended(flows[0], "failed", now - timedelta(hours=2, seconds=-each))
    count_ends()
    ended(flows[0], "succeeded", now)
    count_ends()
    ended(flows[0], "succeeded", now)
    count_ends()

    last = Notice.objects.order_by("pk").last()
    assert told() == ["opened", "closed"]
    assert last is not None
    assert "It failed 10 times in 2 hours" in last.text


def test_what_a_run_carried_is_in_no_message(rule: AlertRule, flows: list[Flow]) -> None:
    run = ended(flows[0], "failed", timezone.now())
    step = run.steps.get()
    step.attempts.create(
        number=1, outcome="failed", started_at=timezone.now(), ended_at=timezone.now(),
        error={"kind": "refused", "message": "ada@private.example is no good", "hint": "", "status": 400},
    )  # fmt: skip
    type(run).objects.filter(pk=run.pk).update(message="ada@private.example", payload={"email": "ada@private.example"})

    count_ends()

    text = Notice.objects.get().text
    assert "ada@" not in text
    assert "Step “Work” failed: the service refused the call (400)." in text


def test_a_flow_with_its_own_rule_does_not_follow_the_teams(rule: AlertRule, flows: list[Flow]) -> None:
    AlertRule.objects.create(team=rule.team, flow=flows[0], kinds=[], addresses=["else@example.com"])

    ended(flows[0], "failed", timezone.now())
    ended(flows[1], "failed", timezone.now())
    count_ends()

    assert [notice.flow for notice in Notice.objects.all()] == [flows[1]]
    assert AlertState.objects.filter(is_open=True).count() == 2


def test_a_dead_mail_server_is_tried_again_and_then_given_up(
    rule: AlertRule, flows: list[Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr("smtp://127.0.0.1:1"))
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_FROM", "helix@example.com")
    ended(flows[0], "failed", timezone.now())
    count_ends()

    waits = []
    while carry_due():
        delivery = Delivery.objects.get()
        if delivery.due_at is not None:
            waits.append(round((delivery.due_at - timezone.now()).total_seconds()))
            Delivery.objects.update(due_at=timezone.now())

    delivery = Delivery.objects.get()
    assert waits == [30, 120, 600, 1800, 3600, 10800, 21600, 43200]
    assert delivery.state == "failed"
    assert delivery.result == "The mail server could not be reached. Check HELIX_EMAIL_URL, and that the server runs."


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_courier_that_dies_leaves_the_message_to_the_next(
    rule: AlertRule, flows: list[Flow], mail: MailServer, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(flows[0], "failed", timezone.now())
    count_ends()

    def dies(*given: Any, **named: Any) -> None:
        if point == "after":
            send_email(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("helix.alerts.courier.send_email", dies)
        with pytest.raises(Killed):
            carry_due()
    delivery = Delivery.objects.get()
    assert delivery.state == "waiting"
    assert delivery.due_at is not None and delivery.due_at > timezone.now() + LEASE / 2
    assert carry_due() == 0
    Delivery.objects.update(due_at=timezone.now())
    carry_due()

    ids = [str(received.message["message-id"]) for received in mail.received]
    assert len(ids) == (1 if point == "before" else 2)
    assert len(set(ids)) == 1
    assert Delivery.objects.get().state == "sent"


def test_a_paused_connection_is_said_once_and_once_when_it_goes_on(rule: AlertRule, team: Team) -> None:
    connection = save_connection(team, name="production", region="us", secrets={"app_key": "k" * 32}, by=None)
    Connection.objects.filter(pk=connection.pk).update(paused_at=timezone.now(), paused_reason="secret-in-a-reason")
    look_at_clock()
    look_at_clock()
    Connection.objects.filter(pk=connection.pk).update(paused_at=None)
    look_at_clock()
    look_at_clock()

    assert told() == ["opened", "closed"]
    assert "secret-in-a-reason" not in "".join(Notice.objects.values_list("text", flat=True))


def test_a_flow_of_which_a_run_is_expected_is_silent_and_runs_again(rule: AlertRule, flows: list[Flow]) -> None:
    AlertRule.objects.create(team=rule.team, flow=flows[0], kinds=ALL, addresses=["a@example.com"], expected_minutes=60)
    Flow.objects.update(enabled=True)
    now = timezone.now()

    look_at_clock(now + timedelta(minutes=59))
    assert told() == []
    look_at_clock(now + timedelta(minutes=62))
    look_at_clock(now + timedelta(minutes=63))
    ended(flows[0], "succeeded", now + timedelta(minutes=64))
    look_at_clock(now + timedelta(minutes=65))

    assert told() == ["opened", "closed"]
    assert "expected at least every 1 hour" in Notice.objects.order_by("pk")[0].text


def test_a_missed_start_is_late_until_the_next_one_comes(rule: AlertRule, flows: list[Flow]) -> None:
    Flow.objects.update(enabled=True)
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    schedule = Schedule.objects.create(
        flow=flows[0], node="by_hand", config={}, next_fire_at=now - timedelta(minutes=20)
    )

    look_for_late(now)
    look_for_late(now)
    Schedule.objects.update(next_fire_at=now + timedelta(hours=1))
    ScheduleFire.objects.create(schedule=schedule, fire_at=now - timedelta(minutes=20), outcome="fired")
    look_for_late(now)

    assert told() == ["opened", "closed"]


def test_a_webhook_into_a_private_network_is_refused(team: Team, flows: list[Flow]) -> None:
    AlertRule.objects.create(team=team, kinds=ALL, webhook_url="https://10.0.0.1/hook")
    ended(flows[0], "failed", timezone.now())
    count_ends()

    carry_due()

    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    assert "private network" in delivery.result


def test_a_webhook_is_signed_so_that_its_receiver_can_tell(
    team: Team, flows: list[Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[tuple[dict[str, str], str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        place = f"127.0.0.1:{server.server_port}"
        monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", place)
        rule = AlertRule(team=team, kinds=ALL, webhook_url=f"http://{place}/hook")
        secret = make_secret(rule)
        rule.save()
        ended(flows[0], "failed", timezone.now())
        count_ends()
        carry_due()
        thread.join(5)

    ((headers, body),) = taken
    delivery = Delivery.objects.get()
    expected = signature(secret, str(delivery.pk), int(headers["webhook-timestamp"]), body)
    assert delivery.result == "The webhook answered 204."
    assert headers["webhook-id"] == str(delivery.pk)
    assert headers["webhook-signature"] == expected
    assert json.loads(body)["type"] == "helix.failed.opened"
    assert json.loads(body)["data"]["flow"]["name"] == "Nightly"
