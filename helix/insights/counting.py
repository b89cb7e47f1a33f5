"""Counting runs: from rows of runs and steps to tallies, and adding tallies to those that are kept."""

from collections import Counter as Count
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from helix.engine.models import Run, StepRun
from helix.engine.states import FINAL_STEP_STATES, Cause, StepState
from helix.insights.durations import took
from helix.insights.models import RunTally, StepTally

AT_ONCE = 500
COUNTED_STEPS = sorted(FINAL_STEP_STATES - {StepState.SKIPPED, StepState.CANCELLED})


@dataclass(frozen=True)
class End:
    """A run that has ended, as far as counts and alerts need it."""

    id: UUID
    team_id: UUID
    flow_id: UUID
    state: str
    cause: str
    started_at: datetime | None
    ended_at: datetime

    @property
    def counts(self) -> bool:
        """Tests of a draft are no part of what a flow does."""
        return self.cause != Cause.TEST


FIELDS = ("id", "team_id", "flow_id", "state", "cause_kind", "created_at", "ended_at")
"""A run's time counts from its cause: waiting for a worker is part of it."""

RunKey = tuple[UUID, UUID, datetime, str, int]
StepKey = tuple[UUID, UUID, str, date, str, int]


@dataclass
class Tallies:
    """What is to be added: runs by (team, flow, hour, state, bucket), steps and their tries by (team, flow, node, …)."""

    runs: Count[RunKey] = field(default_factory=Count)
    steps: Count[StepKey] = field(default_factory=Count)
    tries: Count[StepKey] = field(default_factory=Count)


def hour_of(moment: datetime) -> datetime:
    """The hour (UTC) that a moment lies in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def tallies_of(ends: Iterable[End]) -> Tallies:
    """The tallies of these runs; two queries for any number of steps."""
    found = Tallies()
    counted = {end.id: end for end in ends if end.counts}
    for end in counted.values():
        key = (end.team_id, end.flow_id, hour_of(end.ended_at), end.state, took(end.started_at, end.ended_at))
        found.runs[key] += 1
    steps = StepRun.objects.filter(run_id__in=list(counted), state__in=COUNTED_STEPS, attempts_made__gt=0)
    rows = steps.values_list("run_id", "node", "state", "started_at", "ended_at", "attempts_made")
    for run_id, node, state, started, ended, tries in rows.iterator(chunk_size=2000):
        end = counted[run_id]
        day = end.ended_at.astimezone(UTC).date()
        step = (end.team_id, end.flow_id, node, day, state, took(started, ended))
        found.steps[step] += 1
        found.tries[step] += tries
    return found


def add(found: Tallies) -> None:
    """Add these tallies to those that are kept; the caller's transaction holds the counter."""
    _add_runs(found.runs)
    _add_steps(found.steps, found.tries)


def add_totals(found: Tallies) -> None:
    """Add these tallies to the totals; the caller's transaction holds the counter."""
    sums: Count[str] = Count()
    for (_, _, _, state, _), number in found.runs.items():
        sums[f"runs.{state}"] += number
    for (_, _, _, _, state, _), number in found.steps.items():
        sums[f"steps.{state}"] += number
    sums["attempts"] = found.tries.total()
    rows = [part for name, number in sums.items() for part in (name, number)]
    places = ", ".join(["(%s, %s)"] * len(sums))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO insights_total (name, count) VALUES {places} "
            "ON CONFLICT (name) DO UPDATE SET count = insights_total.count + excluded.count",
            rows,
        )


def _add_runs(counts: Mapping[RunKey, int]) -> None:
    fresh = []
    for (team, flow, at, state, bucket), number in counts.items():
        mine = RunTally.objects.filter(flow_id=flow, at=at, state=state, bucket=bucket)
        if not mine.update(runs=F("runs") + number):
            fresh.append(RunTally(team_id=team, flow_id=flow, at=at, state=state, bucket=bucket, runs=number))
    RunTally.objects.bulk_create(fresh)


def _add_steps(counts: Mapping[StepKey, int], tries: Mapping[StepKey, int]) -> None:
    fresh = []
    for key, number in counts.items():
        team, flow, node, at, state, bucket = key
        mine = StepTally.objects.filter(flow_id=flow, node=node, at=at, state=state, bucket=bucket)
        if not mine.update(steps=F("steps") + number, tries=F("tries") + tries[key]):
            fresh.append(
                StepTally(
                    team_id=team, flow_id=flow, node=node, at=at, state=state, bucket=bucket, steps=number,
                    tries=tries[key],
                )
            )  # fmt: skip
    StepTally.objects.bulk_create(fresh)


def read_ends(rows: Iterable[Sequence[object]]) -> list[End]:
    """Ends from rows of `FIELDS`."""
    return [End(*row) for row in rows]  # type: ignore[arg-type]  # the order of FIELDS is that of End


def ends_not_counted() -> list[End]:
    """The next runs that have ended and were not counted, the oldest end first."""
    waiting = Run.objects.filter(counted=False, ended_at__isnull=False).order_by("ended_at")
    return read_ends(waiting.values_list(*FIELDS)[:AT_ONCE])
