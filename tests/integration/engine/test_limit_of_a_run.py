"""A run takes no longer than its trigger allows: it is ended as timed out, and done again it has the time anew."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helix.engine.again import go_on
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.engine.sweep import end_overdue
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.ids import new_id
from helix.triggers.publish import publish
from tests.build import cast, graph_text

pytestmark = pytest.mark.django_db(transaction=True)


def flow_with(**config: object) -> Flow:
    team, _ = cast()
    nodes = [
        {"key": "go", "type": "trigger.manual", "config": {"fields": [], **config}},
        {"key": "wait", "type": "logic.wait", "config": {"seconds": 172_800}},
    ]
    return create_flow(team, "Slow", graph_text(nodes, ["go>wait"]))


def begin(flow: Flow) -> Run:
    run = start(publish(flow, None), cause=Cause.MANUAL, key=str(new_id()), payload={})
    work()
    return run


def test_a_run_that_is_over_its_time_is_ended_and_says_why() -> None:
    now = timezone.now()
    run = begin(flow_with(limit_minutes=90))

    assert end_overdue(now + timedelta(minutes=89)) == 0
    assert end_overdue(now + timedelta(minutes=91)) == 1
    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.TIMED_OUT, "The run did not end in the time that its flow allows.")
    assert StepRun.objects.get(run=run, node="wait").state == "cancelled"


def test_without_a_limit_a_run_may_take_as_long_as_it_needs() -> None:
    run = begin(flow_with())

    assert run.deadline is None
    assert end_overdue(timezone.now() + timedelta(days=300)) == 0


def test_done_again_it_has_the_time_anew() -> None:
    run = begin(flow_with(limit_minutes=90))
    end_overdue(timezone.now() + timedelta(minutes=91))

    again = go_on(Run.objects.get(pk=run.pk), None)

    assert again.deadline is not None and run.deadline is not None and again.deadline > run.deadline


@pytest.mark.parametrize("limit", [0, -5, 600_000, "soon"])
def test_a_limit_that_is_none_is_refused_where_it_stands(limit: object) -> None:
    flow = flow_with(limit_minutes=limit)

    assert [(each["field"], each["severity"]) for each in flow.problems] == [("/limit_minutes", "error")]
