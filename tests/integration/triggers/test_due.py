"""Firing schedules: once per instant, whoever races; the past is accounted for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.triggers.due import fire_due
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.publish import NotPublishable, NotPublished, delete_flow, publish, set_enabled
from tests.build import cast, graph_text

SCHEDULE = {"key": "hourly", "type": "trigger.schedule", "config": {"cron": "0 * * * *", "timezone": "Europe/Paris"}}
STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}


@pytest.fixture
def flow(transactional_db: None) -> Flow:
    team, people = cast()
    flow = create_flow(team, "Hourly", graph_text([SCHEDULE, STOP], ["hourly>halt"]), people["bob"])
    publish(flow, people["bob"])
    return Flow.objects.get(pk=flow.pk)


def test_the_first_publication_switches_the_flow_on_and_arms_its_schedule(flow: Flow) -> None:
    schedule = Schedule.objects.get()

    assert flow.enabled
    assert schedule.armed
    assert schedule.next_fire_at is not None
    assert timedelta(0) < schedule.next_fire_at - timezone.now() <= timedelta(hours=1)


def test_a_due_schedule_fires_once_however_many_schedulers_look(flow: Flow) -> None:
    due = Schedule.objects.get().next_fire_at
    assert due is not None

    begun = [fire_due(due + timedelta(seconds=1)) for _ in range(3)]

    assert begun == [1, 0, 0]
    assert Run.objects.count() == 1
    assert ScheduleFire.objects.get().outcome == "fired"
    assert Run.objects.get().payload["scheduled_for"] == due.isoformat()


def test_instants_that_passed_while_nobody_was_there_are_written_down_as_missed(flow: Flow) -> None:
    due = Schedule.objects.get().next_fire_at
    assert due is not None

    fire_due(due + timedelta(hours=3, minutes=10))

    assert list(ScheduleFire.objects.order_by("fire_at").values_list("outcome", flat=True)) == [
        "missed",
        "missed",
        "missed",
        "late",
    ]
    assert Run.objects.count() == 1


def test_a_flow_that_is_off_or_deleted_does_not_fire(flow: Flow) -> None:
    set_enabled(flow, False)
    assert fire_due(timezone.now() + timedelta(hours=2)) == 0

    set_enabled(flow, True)
    delete_flow(flow)
    assert fire_due(timezone.now() + timedelta(hours=2)) == 0


def test_a_draft_with_errors_is_not_published_and_a_flow_without_version_not_switched_on(
    transactional_db: None,
) -> None:
    team, _ = cast()
    flow = create_flow(team, "Empty", graph_text([{**STOP, "type": "logic.nonsense"}], []))

    with pytest.raises(NotPublishable) as refused:
        publish(flow, None)
    with pytest.raises(NotPublished):
        set_enabled(flow, True)

    assert refused.value.problems
