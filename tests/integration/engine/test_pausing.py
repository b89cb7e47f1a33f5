"""Pausing everything: nothing is claimed or begun, nothing is lost, others are not held up, and all goes on afterwards."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from helix.audit.chain import verify
from helix.audit.models import Entry
from helix.engine.again import NotAgain, go_on
from helix.engine.bulk.carrying import carry_bulk
from helix.engine.bulk.freezing import freeze_runs
from helix.engine.bulk.models import BulkItem, BulkKind
from helix.engine.claim import claim_next, turns
from helix.engine.models import Pause, Run, StepRun
from helix.engine.pauses import pause_of, pauses
from helix.engine.perform import carry, work
from helix.engine.reserve import call_up
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.engine.sweep import end_overdue
from helix.flows.drafts import create_flow
from helix.flows.models import FlowVersion
from helix.ids import new_id
from helix.teams.models import Member, Team, User
from helix.triggers.byhand import Crowded, NotRunnable, start_by_hand
from helix.triggers.due import fire_due
from helix.triggers.endpoints import endpoint_of_trigger, reveal
from helix.triggers.inbox import NotReplayable, replay, turn_inbox
from helix.triggers.lateness import late_flows
from helix.triggers.models import Schedule, ScheduleFire, TriggerInbox
from helix.triggers.pausing import pause_everything, resume_everything
from helix.triggers.publish import publish
from helix.triggers.testing import Wanted, start_test
from tests.build import cast, graph_text

NODES = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "hook", "type": "trigger.webhook", "config": {"verify": "bearer"}},
    {"key": "nightly", "type": "trigger.schedule", "config": {"cron": "*/5 * * * *", "timezone": "UTC"}},
    {"key": "one", "type": "logic.set", "config": {"values": {"a": 1}}},
    {"key": "two", "type": "logic.set", "config": {"values": {"b": 2}}},
]
EDGES = ["go>one", "hook>one", "nightly>one", "one>two"]


def made(slug: str) -> tuple[Team, User, FlowVersion]:
    team, people = cast(slug)
    flow = create_flow(team, "Two steps", graph_text(NODES, EDGES), people["bob"])
    endpoint_of_trigger(flow, "hook", {"verify": "bearer"}, ["hook"])
    return team, people["bob"], publish(flow, people["bob"])


@pytest.fixture
def ours(transactional_db: None) -> tuple[Team, User, FlowVersion]:
    pauses.forget()
    turns._looked = 0.0
    return made("ours")


def begin(version: FlowVersion) -> Run:
    return start(version, cause=Cause.MANUAL, key=str(new_id()), payload={})


def look_again() -> None:
    """As if a second had gone by."""
    pauses.forget()
    turns._looked = 0.0


def test_nothing_is_claimed_and_other_teams_are_not_held_up(ours: tuple[Team, User, FlowVersion]) -> None:
    team, _, version = ours
    theirs = made("theirs")
    mine = [begin(version) for _ in range(5)]
    pause_everything(team, "wrong segment")
    other = begin(theirs[2])
    look_again()

    assert work() == 2
    other.refresh_from_db()
    assert other.state == RunState.SUCCEEDED
    assert {run.state for run in Run.objects.filter(pk__in=[run.pk for run in mine])} == {RunState.QUEUED}
    assert call_up(lambda: 0) == 0

    resume_everything(team)
    look_again()
    assert work() == 10
    assert set(Run.objects.filter(team=team).values_list("state", flat=True)) == {RunState.SUCCEEDED}


def test_a_claim_by_a_process_that_has_not_heard_of_it_yet_takes_nothing(ours: tuple[Team, User, FlowVersion]) -> None:
    team, _, version = ours
    begin(version)
    assert pauses.teams() == frozenset()
    Pause.objects.create(team=team, began_at=timezone.now(), by="another process")

    assert pauses.teams() == frozenset()
    assert claim_next("w") == []


def test_a_step_under_way_ends_and_the_run_stops_there(ours: tuple[Team, User, FlowVersion]) -> None:
    team, _, version = ours
    run = begin(version)
    held = claim_next("w")
    pause_everything(team)

    assert carry(held, until=float("inf")) == 1
    assert dict(StepRun.objects.filter(run=run).values_list("node", "state"))["one"] == "succeeded"
    assert dict(StepRun.objects.filter(run=run).values_list("node", "state"))["two"] == "ready"
    assert work() == 0
    resume_everything(team)
    look_again()
    assert work() == 1


def test_people_and_programs_start_nothing_and_read_why(ours: tuple[Team, User, FlowVersion]) -> None:
    team, bob, version = ours
    run = begin(version)
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    StepRun.objects.filter(run=run, node="one").update(state="failed")
    pause_everything(team, "wrong segment")

    with pytest.raises(Crowded, match="paused since"):
        start_by_hand(version.flow, {}, draft=False, by=bob)
    with pytest.raises(NotRunnable, match="paused since"):
        start_test(version.flow, Wanted(), bob)
    with pytest.raises(NotAgain, match="paused since"):
        go_on(run, bob)
    assert Run.objects.count() == 1


def test_deliveries_are_kept_and_begin_afterwards(ours: tuple[Team, User, FlowVersion]) -> None:
    team, bob, version = ours
    endpoint = version.flow.endpoints.get()
    pause_everything(team)
    header = {"authorization": f"Bearer {reveal(endpoint)}"}
    at = f"/h/{team.slug}/{endpoint.path}"
    for number in range(3):
        assert Client().post(at, json.dumps({"n": number}), "application/json", headers=header).status_code == 202

    assert turn_inbox() == 0 and turn_inbox() == 0
    kept = TriggerInbox.objects.filter(endpoint=endpoint)
    assert set(kept.values_list("state", flat=True)) == {"new"}
    with pytest.raises(NotReplayable, match="paused since"):
        replay(kept[0], Member.objects.get(team=team, user=bob))

    resume_everything(team)
    look_again()
    assert turn_inbox() == 3
    assert Run.objects.filter(team=team, cause_kind=Cause.WEBHOOK).count() == 3


def test_schedules_do_not_fire_and_say_afterwards_why(ours: tuple[Team, User, FlowVersion]) -> None:
    team, *_ = ours
    now = timezone.now()
    pause_everything(team)
    Pause.objects.update(began_at=now - timedelta(minutes=40))
    Schedule.objects.update(next_fire_at=now - timedelta(minutes=30))

    assert fire_due(now) == 0
    assert late_flows(now) == {}
    resume_everything(team)
    look_again()
    assert fire_due(now) == 1  # the newest is made up for, as the schedule's settings say

    notes = set(ScheduleFire.objects.filter(outcome="missed").values_list("note", flat=True))
    assert notes == {"The team was paused, and the settings say not to make up for it."}


def test_a_deadline_moves_on_by_the_time_that_was_lost(ours: tuple[Team, User, FlowVersion]) -> None:
    team, _, version = ours
    run, now = begin(version), timezone.now()
    Run.objects.filter(pk=run.pk).update(deadline=now + timedelta(minutes=5))
    pause_everything(team)

    assert end_overdue(now + timedelta(minutes=20)) == 0
    Pause.objects.update(began_at=now - timedelta(hours=1))
    resume_everything(team)
    look_again()
    run.refresh_from_db()
    assert run.deadline is not None and run.deadline > now + timedelta(hours=1)
    assert end_overdue(now + timedelta(minutes=20)) == 0


def test_runs_can_be_cancelled_meanwhile_and_nothing_else(ours: tuple[Team, User, FlowVersion]) -> None:
    team, bob, version = ours
    runs = [begin(version) for _ in range(3)]
    Run.objects.filter(pk=runs[0].pk).update(state=RunState.FAILED)
    pause_everything(team)
    freeze_runs(team, bob, BulkKind.RETRY, Run.objects.filter(pk=runs[0].pk), words="one", key="retry")
    freeze_runs(team, bob, BulkKind.CANCEL, Run.objects.filter(state=RunState.QUEUED), words="all", key="cancel")
    carry_bulk()

    assert Run.objects.filter(state=RunState.CANCELLED).count() == 2
    assert BulkItem.objects.filter(action__kind=BulkKind.RETRY).values_list("state", flat=True).get() == "planned"


def test_the_command_pauses_one_team_or_all(ours: tuple[Team, User, FlowVersion]) -> None:
    team, *_ = ours
    out = StringIO()
    call_command("pause", team="ours", reason="an incident", stdout=out)
    call_command("pause", team="ours", stdout=out)
    first = pause_of(team.pk)
    assert first is not None and (first.reason, Pause.objects.count()) == ("an incident", 1)

    call_command("pause", all=True, stdout=out)
    assert Pause.objects.filter(ended_at=None).count() == Team.objects.count() == 2
    call_command("pause", all=True, resume=True, stdout=out)
    assert pause_of(team.pk) is None
    with pytest.raises(CommandError):
        call_command("pause", team="nobody")
    acts = list(Entry.objects.filter(scope=str(team.pk), act__startswith="team.").values_list("act", flat=True))
    assert acts == ["team.paused", "team.resumed"]
    assert list(verify(str(team.pk))) == []
