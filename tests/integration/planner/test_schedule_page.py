"""The Schedule page: planned and past starts day by day, changes of the clock, a missed start run once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.planner.clocks import turns
from helix.planner.ledger import ledger
from helix.planner.week import week_of
from helix.teams.models import Team
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.publish import publish
from tests.build import cast, graph_text

MONDAY = date(2026, 10, 19)
"""Its Sunday is the day on which Europe's clocks go back."""
NOW = datetime(2026, 10, 21, 12, 0, tzinfo=UTC)
MakeFlow = Callable[..., Flow]


@pytest.fixture
def team(db: None) -> Team:
    return cast()[0]


@pytest.fixture
def make_flow(team: Team) -> MakeFlow:
    def make(name: str, **config: Any) -> Flow:
        nodes = [{"key": "clock", "type": "trigger.schedule", "config": config}, {"key": "nap", "type": "logic.wait", "config": {"seconds": 60}}]  # fmt: skip
        flow = create_flow(team, name, graph_text(nodes, ["clock>nap"]))
        publish(flow, None)
        return Flow.objects.get(pk=flow.pk)

    return make


def door(team: Team, who: str) -> Client:
    client = Client()
    client.force_login(team.members.get(email=f"{who}@demo.example"))
    return client


def missed(flow: Flow, at: datetime | None = None) -> ScheduleFire:
    schedule = Schedule.objects.get(flow=flow)
    at = at or timezone.now() - timedelta(days=1)
    return ScheduleFire.objects.create(schedule=schedule, fire_at=at, outcome="missed", note="Helix was not running.")


def test_planned_starts_stand_on_their_days_and_past_ones_as_they_went(team: Team, make_flow: MakeFlow) -> None:
    flow = make_flow("Weekdays", cron="0 9 * * 1-5", timezone="Europe/Paris")
    missed(flow, datetime(2026, 10, 20, 7, tzinfo=UTC))

    week = week_of(team, None, MONDAY, "Europe/Paris", NOW)

    kinds = [[entry.kind for entry in day.entries] for day in week.days]
    assert kinds == [[], ["missed"], [], ["planned"], ["planned"], [], []]
    assert week.days[3].entries[0].first == datetime(2026, 10, 22, 7, tzinfo=UTC)
    assert [day.is_today for day in week.days].index(True) == 2


def test_many_starts_a_day_are_one_entry(team: Team, make_flow: MakeFlow) -> None:
    make_flow("Hourly", cron="0 9-17 * * *", timezone="UTC")
    make_flow("Often", every_minutes=5, timezone="UTC")

    thursday = week_of(team, None, MONDAY, "UTC", NOW).days[3]

    hourly, often = sorted(thursday.entries, key=lambda entry: entry.flow.name)
    assert (hourly.count, hourly.first.hour, hourly.last.hour, hourly.often) == (9, 9, 17, "")
    assert often.often == "every 5 minutes"
    assert len(week_of(team, None, MONDAY, "UTC", NOW).days[6].entries) == 2


def test_days_on_which_the_clock_changes_say_so(team: Team, make_flow: MakeFlow) -> None:
    make_flow("Nightly", cron="30 2 * * *", timezone="Europe/Paris")

    sunday = week_of(team, None, MONDAY, "UTC", NOW).days[6]

    assert [turn.words for turn in sunday.turns] == [
        "Europe/Paris: the clock goes back 1 hour. A start at a time that comes twice comes once, in the first pass."
    ]
    assert [entry.count for entry in sunday.entries] == [1]
    assert [turn.minutes for turn in turns({"Australia/Lord_Howe"}, date(2026, 10, 1), 7)] == [30]


def test_a_missed_start_is_run_once_however_often_it_is_asked_for(team: Team, make_flow: MakeFlow) -> None:
    fire = missed(make_flow("Nightly", cron="30 2 * * *", timezone="UTC"))
    address = f"/t/{team.slug}/schedule/fires/{fire.pk}/run/"

    first, second = door(team, "olga").post(address), door(team, "bob").post(address)

    run = Run.objects.get()
    assert first["Location"] == second["Location"] == f"/t/{team.slug}/runs/{run.pk}/"
    assert run.payload["scheduled_for"] == fire.fire_at.isoformat()
    fire.refresh_from_db()
    assert (fire.outcome, fire.run, fire.note) == ("late", run, "Helix was not running. Begun by hand by Olga.")


def test_who_may_not_operate_or_is_a_stranger_runs_nothing(team: Team, make_flow: MakeFlow) -> None:
    fire = missed(make_flow("Nightly", cron="30 2 * * *", timezone="UTC"))
    address = f"/t/{team.slug}/schedule/fires/{fire.pk}/run/"
    stranger = Client()
    stranger.force_login(Team.objects.get(slug="demo-elsewhere").members.get())

    assert door(team, "carol").post(address).status_code == 403
    assert stranger.post(address).status_code == stranger.post(address.replace("/demo/", "/demo-elsewhere/")).status_code == 404  # fmt: skip
    assert not Run.objects.exists()


def test_what_cannot_be_made_up_for_says_why(team: Team, make_flow: MakeFlow) -> None:
    flow = make_flow("Nightly", cron="30 2 * * *", timezone="UTC")
    fire = missed(flow)
    ScheduleFire.objects.filter(pk=fire.pk).update(outcome="queued")

    page = door(team, "bob").post(f"/t/{team.slug}/schedule/fires/{fire.pk}/run/", follow=True).content.decode()

    assert "This start waits or has begun" in page and not Run.objects.exists()


def test_a_schedule_that_cannot_fire_is_told_at_the_top(team: Team, make_flow: MakeFlow) -> None:
    flow = make_flow("Nightly", cron="30 2 * * *", timezone="UTC")
    Schedule.objects.filter(flow=flow).update(trouble="“Mars/Base” is not a time zone here.", next_fire_at=None)

    page = door(team, "carol").get(f"/t/{team.slug}/schedule/").content.decode()

    assert "cannot start by itself" in page and "“Mars/Base” is not a time zone here." in page


ODD = (
    "?week=2026-13-01", "?week=9999-12-31", "?zone=Mars/Base", "?flow=x", "?before=~~", "?before=2026-01-01T00:00:00+00:00~z",
    "?kind=odd",
)  # fmt: skip


@pytest.mark.parametrize("asked", ODD)
def test_odd_addresses_show_the_page(team: Team, make_flow: MakeFlow, asked: str) -> None:
    make_flow("Nightly", cron="30 2 * * *", timezone="UTC")

    assert door(team, "carol").get(f"/t/{team.slug}/schedule/{asked}").status_code == 200


def test_the_ledger_has_pages_without_gaps(team: Team, make_flow: MakeFlow) -> None:
    schedule = Schedule.objects.get(flow=make_flow("Nightly", cron="30 2 * * *", timezone="UTC"))
    ScheduleFire.objects.bulk_create(
        ScheduleFire(schedule=schedule, fire_at=NOW - timedelta(hours=number // 2, seconds=number % 2), outcome="fired")
        for number in range(120)
    )

    seen, before = [], ""
    while True:
        page = ledger(team, None, "", before)
        seen += [fire.pk for fire in page.rows]
        before = page.older
        if not before:
            break

    assert len(seen) == len(set(seen)) == 120


def test_more_flows_need_no_more_queries(team: Team, make_flow: MakeFlow) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/t/{team.slug}/schedule/").status_code == 200
        return len(found)

    client = door(team, "carol")
    missed(make_flow("First", cron="30 2 * * *", timezone="UTC"))
    few = queries()
    for number in range(8):
        missed(make_flow(f"Flow {number}", cron="*/10 * * * *", timezone="UTC"))

    assert queries() == few
