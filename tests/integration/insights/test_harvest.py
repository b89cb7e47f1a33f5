"""The tallies are what a count of all runs would give."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from helix.engine.models import Run
from helix.engine.states import Cause
from helix.engine.wiping import remove
from helix.flows.models import Flow
from helix.insights.counting import End, ends_not_counted, hour_of
from helix.insights.durations import took
from helix.insights.harvest import _take, harvest, recount
from helix.insights.models import RunTally, StepTally
from helix.teams.models import Team
from tests.integration.insights.conftest import START, ended

pytestmark = pytest.mark.django_db
Many = Callable[[int], list[Run]]


def brute() -> Counter[tuple[object, ...]]:
    runs = Run.objects.exclude(cause_kind=Cause.TEST).filter(ended_at__isnull=False)
    return Counter(
        (run.flow_id, hour_of(run.ended_at), run.state, took(run.created_at, run.ended_at))
        for run in runs
        if run.ended_at
    )


def tallied() -> Counter[tuple[object, ...]]:
    rows = RunTally.objects.values_list("flow_id", "at", "state", "bucket", "runs")
    return Counter({tuple(row[:4]): row[4] for row in rows})


def test_the_tallies_equal_a_count_of_all_runs(many: Many) -> None:
    many(300)
    harvest()
    many(100)
    harvest()

    steps = StepTally.objects.aggregate(steps=Sum("steps"), tries=Sum("tries"))

    assert tallied() == brute()
    assert steps["steps"] == sum(brute().values())
    assert harvest() == 0


def test_a_harvest_that_dies_leaves_nothing_half_done(many: Many) -> None:
    many(50)

    def dies(ends: Sequence[End]) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        harvest(dies)

    assert not RunTally.objects.exists()
    assert harvest() == 50
    assert tallied() == brute()


def test_a_run_that_another_counted_meanwhile_undoes_the_whole_batch(many: Many) -> None:
    runs = many(20)
    ends = ends_not_counted()
    Run.objects.filter(pk=runs[0].pk).update(counted=True)  # by another scheduler, after ours has read

    assert not _take(ends, None)
    assert not RunTally.objects.exists()
    assert Run.objects.filter(counted=True).count() == 1


def test_a_recount_gives_the_same_and_keeps_the_days_of_removed_runs(many: Many, team: Team, flows: list[Flow]) -> None:
    old = [ended(flows[0], "failed", START - timedelta(days=30)) for _ in range(3)]
    many(120)
    harvest()
    whole = tallied()
    remove([run.pk for run in old])

    call_command("recount", team=team.slug)
    again = tallied()
    RunTally.objects.filter(at__gte=START + timedelta(days=1, hours=18)).update(runs=999)
    recount(team.pk)

    assert again == whole
    assert tallied() == whole


def test_a_recount_leaves_a_day_alone_of_which_runs_were_removed(flows: list[Flow], team: Team) -> None:
    gone = ended(flows[0], "failed", START)
    ended(flows[0], "succeeded", START + timedelta(hours=3))
    harvest()
    remove([gone.pk])
    before = tallied()

    recount(team.pk)

    assert tallied() == before


def test_five_hundred_runs_of_a_flow_cost_few_queries(flows: list[Flow]) -> None:
    for _ in range(200):
        ended(flows[0], "succeeded", START)

    with CaptureQueriesContext(connection) as queries:
        harvest()

    assert len(queries) <= 18
