"""After a restore that was told to hold, nothing that was due begins by itself; all of it is written down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helix.backup.after import settle
from helix.engine.bulk.models import BulkAction
from helix.engine.invariants import broken
from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.models import Team
from helix.triggers.due import begin_queued, fire_due
from helix.triggers.inbox import turn_inbox
from helix.triggers.models import Endpoint, Schedule, ScheduleFire, TriggerInbox
from helix.triggers.publish import publish
from tests.build import cast, graph_text

pytestmark = pytest.mark.django_db
NAP = {"key": "nap", "type": "logic.wait", "config": {"seconds": 60}}


@pytest.fixture
def team() -> Team:
    return cast("held")[0]


def flow(team: Team, kind: str, **config: object) -> Flow:
    nodes = [{"key": "begin", "type": kind, "config": config}, NAP]
    made = create_flow(team, kind, graph_text(nodes, ["begin>nap"]))
    publish(made, None)
    return made


@pytest.fixture
def due(team: Team) -> Schedule:
    """A schedule that was due two and a half hours ago, with a start that waits for the one before it."""
    schedule = Schedule.objects.get(
        flow=flow(team, "trigger.schedule", cron="0 * * * *", timezone="UTC", misfire="all")
    )
    now = timezone.now()
    schedule.next_fire_at = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    schedule.save()
    ScheduleFire.objects.create(schedule=schedule, fire_at=now - timedelta(hours=3), outcome="queued")
    return schedule


@pytest.fixture
def delivery(team: Team) -> TriggerInbox:
    endpoint = Endpoint.objects.get(flow=flow(team, "trigger.webhook", verify="none"))
    now = timezone.now()
    return TriggerInbox.objects.create(endpoint=endpoint, dedupe_key="k", body=b"{}", due_at=now, received_at=now)


def begin_all() -> None:
    fire_due()
    begin_queued()
    turn_inbox()


def test_held_nothing_that_was_due_begins(team: Team, due: Schedule, delivery: TriggerInbox) -> None:
    BulkAction.objects.create(team=team, kind="retry", key="k", words="all", created_at=timezone.now())

    after = settle(hold=True)
    begin_all()

    assert (after.due, after.live) == (1, 0)
    assert Run.objects.count() == 0
    assert set(due.fires.values_list("outcome", flat=True)) == {"missed"}
    assert due.fires.count() == 4
    due.refresh_from_db()
    assert due.next_fire_at is not None
    assert due.next_fire_at > timezone.now()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.note[:23]) == ("ignored", "It came from a backup a")
    assert BulkAction.objects.get().state == "stopped"
    assert broken() == []


def test_not_held_it_begins_as_after_any_pause(team: Team, due: Schedule, delivery: TriggerInbox) -> None:
    after = settle(hold=False)
    assert (after.due, after.held) == (1, 0)

    begin_all()

    assert Run.objects.filter(flow=due.flow).exists()
    assert Run.objects.filter(flow=delivery.endpoint.flow).count() == 1
    assert broken() == []
