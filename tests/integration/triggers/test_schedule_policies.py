"""Starts that were missed, starts that overlap, starts that would be too late, zones that are gone."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.engine.models import Run
from helix.engine.states import RunState
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.models import Team
from helix.triggers.due import begin_queued, fire_due, refresh_zones
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.publish import NotPublishable, publish, set_enabled
from tests.build import graph_text
from tests.integration.triggers.conftest import STOP

WAIT = {"key": "pause", "type": "logic.wait", "config": {"seconds": 600}}


def scheduled(team: Team, *, long: bool = False, **config: Any) -> Schedule:
    """A published schedule whose first instant is made the next full hour's, so that no test depends on the clock."""
    trigger = {"key": "begin", "type": "trigger.schedule", "config": {"timezone": "UTC", **config}}
    steps, edges = ([trigger, WAIT, STOP], ["begin>pause", "pause>halt"]) if long else ([trigger, STOP], ["begin>halt"])
    flow = create_flow(team, "Scheduled", graph_text(steps, edges))
    publish(flow, None)
    return Schedule.objects.get(flow=flow)


def due(schedule: Schedule) -> datetime:
    found = Schedule.objects.get(pk=schedule.pk).next_fire_at
    assert found is not None
    return found


def outcomes(schedule: Schedule) -> Counter[str]:
    return Counter(ScheduleFire.objects.filter(schedule=schedule).values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        ("skip", {"missed": 14}),
        ("latest", {"missed": 13, "late": 1}),
        ("all", {"missed": 4, "late": 10}),
    ],
)
def test_what_was_missed_is_made_up_for_as_the_settings_say(team: Team, misfire: str, expected: dict[str, int]) -> None:
    schedule = scheduled(team, cron="*/5 * * * *", misfire=misfire, overlap="parallel")

    fire_due(due(schedule) + timedelta(minutes=67))

    assert outcomes(schedule) == Counter(expected)
    assert Run.objects.count() == expected.get("late", 0)
    assert all(ScheduleFire.objects.filter(outcome="missed").values_list("note", flat=True))


def test_the_catch_up_window_is_an_hour_unless_the_settings_say_otherwise(team: Team) -> None:
    plain, patient = scheduled(team, cron="0 3 * * *"), scheduled(team, cron="0 3 * * *", catch_up_minutes=180)
    late = due(plain) + timedelta(minutes=90)

    fire_due(late)

    assert outcomes(plain) == {"missed": 1} and outcomes(patient) == {"late": 1}


def test_a_year_of_silence_is_accounted_for_without_a_row_a_minute(team: Team) -> None:
    schedule = scheduled(team, cron="* * * * *")

    fire_due(due(schedule) + timedelta(days=365))

    assert outcomes(schedule) == {"missed": 200 + 60, "fired": 1}
    assert "not listed" in ScheduleFire.objects.filter(outcome="missed").order_by("fire_at")[199].note
    assert Run.objects.count() == 1


def test_a_start_that_is_later_than_allowed_is_not_made(team: Team) -> None:
    schedule = scheduled(team, cron="0 3 * * *", not_later_than_minutes=10)

    fire_due(due(schedule) + timedelta(minutes=11))

    assert outcomes(schedule) == {"missed": 1}


@pytest.mark.parametrize(
    ("overlap", "expected", "runs"),
    [
        ("skip", {"fired": 1, "skipped": 2}, 1),
        ("queue_one", {"fired": 1, "queued": 1, "skipped": 1}, 1),
        ("parallel", {"fired": 3}, 3),
        ("cancel_old", {"fired": 3}, 3),
    ],
)
def test_starts_that_overlap_do_as_the_settings_say(
    team: Team, overlap: str, expected: dict[str, int], runs: int
) -> None:
    schedule = scheduled(team, long=True, cron="*/30 * * * *", overlap=overlap)

    for _ in range(3):
        fire_due(due(schedule))

    assert outcomes(schedule) == Counter(expected)
    assert Run.objects.count() == runs
    assert Run.objects.filter(state=RunState.CANCELLED).count() == (2 if overlap == "cancel_old" else 0)


def test_one_start_waits_by_default_and_begins_when_the_run_before_it_ends(team: Team) -> None:
    schedule = scheduled(team, long=True, cron="*/30 * * * *")
    fire_due(due(schedule))
    second = due(schedule)
    fire_due(second)

    assert begin_queued(second + timedelta(minutes=20)) == 0
    Run.objects.update(state=RunState.SUCCEEDED)
    assert [begin_queued(second + timedelta(minutes=21)) for _ in range(2)] == [1, 0]

    assert Run.objects.order_by("created_at").last().payload["scheduled_for"] == second.isoformat()  # type: ignore[union-attr]
    assert outcomes(schedule) == {"fired": 1, "late": 1}


def test_a_waiting_start_ends_when_it_is_too_late_or_the_flow_goes_off(team: Team) -> None:
    hasty = scheduled(team, long=True, cron="*/30 * * * *", not_later_than_minutes=15)
    stopped = scheduled(team, long=True, cron="*/30 * * * *")
    for _ in range(2):
        fire_due(due(hasty))

    set_enabled(Flow.objects.get(pk=stopped.flow_id), False)
    begin_queued(due(hasty))

    assert outcomes(hasty) == {"fired": 1, "missed": 1}
    assert outcomes(stopped) == {"fired": 1, "skipped": 1}


def test_a_single_moment_fires_once_and_never_again(team: Team) -> None:
    moment = (timezone.now() + timedelta(minutes=5)).replace(microsecond=0)
    schedule = scheduled(team, at=moment.isoformat())

    assert [fire_due(moment + timedelta(seconds=number)) for number in range(3)] == [1, 0, 0]

    assert Schedule.objects.get(pk=schedule.pk).next_fire_at is None
    flow = Flow.objects.get(pk=schedule.flow_id)
    set_enabled(flow, False)
    set_enabled(flow, True)
    assert Run.objects.count() == 1


def test_an_interval_fires_at_its_distance(team: Team) -> None:
    schedule = scheduled(team, every_minutes=90)
    first = due(schedule)

    fire_due(first)

    assert due(schedule) - first == timedelta(minutes=90)


def test_a_zone_that_is_gone_stops_only_its_own_schedule_and_says_so(team: Team) -> None:
    lost, sound = scheduled(team, cron="0 3 * * *"), scheduled(team, cron="0 3 * * *")
    Schedule.objects.filter(pk=lost.pk).update(config={"cron": "0 3 * * *", "timezone": "Mars/Olympus"})

    assert fire_due(due(sound)) == 1

    lost.refresh_from_db()
    assert lost.next_fire_at is None and "Mars/Olympus" in lost.trouble


def test_other_time_zone_data_moves_planned_instants_once(team: Team) -> None:
    schedule = scheduled(team, cron="0 3 * * *")
    planned = due(schedule)
    Schedule.objects.update(zone_data="2001a", next_fire_at=planned + timedelta(hours=1))

    assert [refresh_zones(), refresh_zones()] == [1, 0]

    assert due(schedule) == planned


@pytest.mark.parametrize(
    "config", [{}, {"cron": "0 9 * * *", "every_minutes": 5}, {"every_minutes": 0}, {"at": "tomorrow"}]
)
def test_a_schedule_says_when_in_exactly_one_way(team: Team, config: dict[str, Any]) -> None:
    with pytest.raises(NotPublishable):
        scheduled(team, **config)
