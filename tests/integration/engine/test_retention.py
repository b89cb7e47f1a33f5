"""Retention: data go when their time is over, states and counts stay, live runs are never touched."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from helix.engine import retention, wiping
from helix.engine.below import below
from helix.engine.claim import claim_next
from helix.engine.invariants import broken
from helix.engine.models import Attempt, Blob, Chunk, Run, RunPerson, StepRun
from helix.engine.outcomes import Succeeded, Told
from helix.engine.outputs import keep
from helix.engine.perform import work
from helix.engine.record import record
from helix.engine.retention import counted, drop_orphans, purge
from helix.teams.models import Team

PlainRun = Callable[..., Run]
NOW = timezone.now()
DAYS_IN_TABLES = {"Run", "StepRun", "Attempt"}


def ended(run: Run, days: float, state: str = "succeeded") -> Run:
    """The run as it is so many days after its end, with something in every table."""
    work()
    at = NOW - timedelta(days=days)
    kept = keep(run.id, run.team_id, ["x" * 1000] * 100)
    kept.save()
    step = StepRun.objects.get(run=run, node="one")
    StepRun.objects.filter(pk=step.pk).update(
        input={"all": kept.stored}, output={"data": 1, "error": None, "successful": True}, explanation="Ada is first"
    )
    Attempt.objects.filter(step=step).update(
        exchanges=[{"method": "GET"}], error={"kind": "x", "message": "ada@example.com"}
    )
    Chunk.objects.create(
        team_id=run.team_id, run=run, step=step, name="members", position=0, count=1, size=9, data=b"x"
    )
    RunPerson.objects.get_or_create(run=run, digest="d")
    Attempt.objects.filter(step__run=run).update(started_at=at, ended_at=at)
    Run.objects.filter(pk=run.pk).update(state=state, ended_at=at, started_at=at, created_at=at, message="Ada")
    run.refresh_from_db()
    return run


def has_data(run: Run) -> bool:
    run.refresh_from_db()
    rows = [Blob.objects.filter(run=run), Chunk.objects.filter(run=run), RunPerson.objects.filter(run=run),
            StepRun.objects.filter(run=run).exclude(input=None, output=None, explanation=""),
            Attempt.objects.filter(step__run=run).exclude(exchanges=[], error=None)]  # fmt: skip
    found = [bool(run.payload), bool(run.message), *(one.exists() for one in rows)]
    assert len(set(found)) == 1, f"some of the data are there and some are not: {found}"
    return found[0]


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [("succeeded", 13, True), ("succeeded", 15, False), ("failed", 29, True), ("failed", 31, False),
     ("cancelled", 31, False), ("timed_out", 31, False)],
)  # fmt: skip
def test_data_stay_as_long_as_the_team_keeps_them(plain_run: PlainRun, state: str, days: float, stays: bool) -> None:
    run = ended(plain_run({"email": "ada@example.com"}), days, state)
    before = list(StepRun.objects.filter(run=run).order_by("pk").values_list("node", "state", "attempts_made", "port"))

    done = purge(NOW)

    assert has_data(run) is stays
    assert (done["data"], run.state) == (0 if stays else 1, state)
    assert (run.wiped_by == "retention") is (not stays) is (run.wiped_at is not None)
    assert (
        list(StepRun.objects.filter(run=run).order_by("pk").values_list("node", "state", "attempts_made", "port"))
        == before
    )
    assert broken() == []


def test_live_runs_are_never_touched_however_old(plain_run: PlainRun) -> None:
    run = plain_run({"email": "ada@example.com"})
    old = NOW - timedelta(days=900)
    Run.objects.filter(pk=run.pk).update(created_at=old)

    assert not purge(NOW)["batches"]

    work()
    run.refresh_from_db()
    assert run.state == "succeeded" and run.payload


def test_runs_go_after_400_days_with_everything_below_them(plain_run: PlainRun) -> None:
    old, young = ended(plain_run({"email": "a@example.com"}), 401), ended(plain_run({"email": "a@example.com"}), 399)

    done = purge(NOW)

    assert done["runs"] == 1
    assert list(Run.objects.values_list("pk", flat=True)) == [young.pk]
    for model, path in below():
        assert not model._base_manager.filter(**{path: old.pk}).exists()


def test_each_team_has_its_own_days(team: Team, plain_run: PlainRun) -> None:
    run = ended(plain_run({"email": "ada@example.com"}), 3)
    Team.objects.create(slug="else", name="Elsewhere", keep_good_days=1)

    purge(NOW)
    assert has_data(run)
    call_command("retention", team="demo", good=2, stdout=StringIO())
    purge(NOW)

    assert not has_data(run)


def test_what_was_wiped_is_not_looked_at_again(plain_run: PlainRun) -> None:
    run = ended(plain_run({"email": "ada@example.com"}), 20)
    purge(NOW)
    Run.objects.filter(pk=run.pk).update(message="written later")

    assert not purge(NOW)["batches"]


def test_many_runs_go_in_batches(plain_run: PlainRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    runs = [ended(plain_run({"email": "ada@example.com"}), 20 + number) for number in range(5)]

    first = purge(NOW, most_batches=1)
    assert (first["data"], [has_data(run) for run in runs]) == (2, [True, True, True, False, False])
    done = purge(NOW)

    assert (done["data"], done["batches"]) == (3, 2)


def test_the_scheduler_looks_and_then_pauses(plain_run: PlainRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention._Pace, "until", 0.0)
    run = ended(plain_run({"email": "ada@example.com"}), 20)

    retention.look()
    retention.look()

    assert not has_data(run)
    assert retention._Pace.until > 0


def test_a_blob_that_nothing_points_to_is_dropped_and_others_stay(plain_run: PlainRun) -> None:
    run = ended(plain_run({"email": "ada@example.com"}), 1)
    used = Blob.objects.get()
    keep(run.id, run.team_id, "z" * 100_000).save()

    assert drop_orphans(NOW) == (1, 2)

    assert list(Blob.objects.values_list("pk", "checked")) == [(used.pk, True)]
    assert drop_orphans(NOW) == (0, 0)


def test_a_blob_of_a_live_run_is_left_alone(plain_run: PlainRun) -> None:
    run = plain_run()
    keep(run.id, run.team_id, "z" * 100_000).save()

    assert drop_orphans(NOW + timedelta(days=1)) == (0, 0)


def test_every_field_that_may_hold_data_is_emptied_or_dropped() -> None:
    """A new table or field must say here, in wiping.py, what becomes of it."""
    holding = (models.JSONField, models.TextField, models.BinaryField)
    tables: list[tuple[type[models.Model], str]] = [(Run, "pk"), *below()]
    for model, path in tables:
        fields = {field.name for field in model._meta.concrete_fields if isinstance(field, holding)}
        if model not in wiping.DROPPED and fields:
            assert fields <= wiping.EMPTIED[model][1].keys(), model
            assert wiping.EMPTIED[model][0] == path
    assert all(wiping.DROPPED[model] == path for model, path in tables if model in wiping.DROPPED)


def test_the_command_says_what_is_due_and_does_it(plain_run: PlainRun) -> None:
    ended(plain_run({"email": "ada@example.com"}), 20)
    ended(plain_run({"email": "ada@example.com"}), 500)

    first, second, third = StringIO(), StringIO(), StringIO()
    call_command("purge", dry_run=True, stdout=first)
    call_command("purge", stdout=second)
    call_command("purge", dry_run=True, stdout=third)

    assert "demo: 1 runs would be removed" in first.getvalue() and "lose their data" in first.getvalue()
    assert second.getvalue().startswith("1 runs lost their data, 1 were removed")
    assert third.getvalue() == "Nothing is due.\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [({"team": "nobody"}, "There is no team"), ({"team": "demo", "good": -1}, "takes 0 to 3650"),
     ({"team": "demo", "runs": 5}, "at least as long as their data")],
)  # fmt: skip
def test_days_that_make_no_sense_are_refused(team: Team, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("retention", stdout=StringIO(), **options)


def test_counting_removes_nothing(plain_run: PlainRun) -> None:
    run = ended(plain_run({"email": "ada@example.com"}), 20)

    assert counted(NOW)["demo", "data"] == 1

    assert has_data(run)


def moment(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_a_result_that_comes_after_the_run_was_wiped_leaves_the_states_whole(plain_run: PlainRun) -> None:
    run = plain_run({"email": "ada@example.com"})
    (held,) = claim_next("w")
    Run.objects.filter(pk=run.pk).update(state="cancelled", ended_at=moment(31))
    purge(NOW)

    record(held.segment, [(held, Succeeded({"n": 1}, told=Told({"n": 1})))], worker="w", room=0)

    assert StepRun.objects.get(pk=held.step.id).state == "succeeded"
