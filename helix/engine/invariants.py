"""Invariants of runs that must hold whenever a transaction has ended: one checker for tests, fault tests and `manage.py doctor`.

What the database itself refuses (two runs of one cause, two steps of one node, two attempts of one number) is not asked here.
Nor is what only the far side can tell (calls lost or doubled): `make chaos` counts that.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from helix.engine.models import Attempt, Run, StepRun
from helix.engine.plans import plan_of
from helix.engine.states import FINAL_RUN_STATES, FINAL_STEP_STATES, LIVE_RUN_STATES, LIVE_STEP_STATES, StepState
from helix.flows.plan import Plan

AFTER_CANCEL = timedelta(seconds=1)
SKEW = timedelta(seconds=2)
"""How far the clocks of two workers may be apart."""
ORDERED = 200
"""Runs whose order of steps is looked at, the newest ones."""
Found = QuerySet[Any]
LIVE, FINAL = sorted(LIVE_RUN_STATES), sorted(FINAL_RUN_STATES)


def broken(newest: int | None = None) -> list[str]:
    """A sentence for each invariant that does not hold; empty when all do. `newest`: only runs that are live and so many of the
    newest are looked at, which costs the same however many are stored."""
    picked = None if newest is None else _picked(newest)
    runs = Run.objects.all() if picked is None else Run.objects.filter(pk__in=picked)
    steps = StepRun.objects.all() if picked is None else StepRun.objects.filter(run_id__in=picked)
    attempts = Attempt.objects.all() if picked is None else Attempt.objects.filter(step__run_id__in=picked)
    checks = (*_of_runs(runs), *_of_steps(steps), *_of_attempts(steps, attempts))
    found = [words.format(count) for words, rows in checks if (count := rows.count())]
    early = sum(_began_early(run) for run in runs.order_by("-pk")[:ORDERED])
    return [*found, *([f"I11: {early} steps began before a step that leads to them had ended"] if early else [])]


def _picked(newest: int) -> list[UUID]:
    live = Run.objects.filter(state__in=LIVE).order_by("-pk").values_list("pk", flat=True)[: 4 * newest]
    return [*live, *Run.objects.order_by("-pk").values_list("pk", flat=True)[:newest]]


def _of_runs(runs: QuerySet[Run]) -> Iterator[tuple[str, Found]]:
    here = StepRun.objects.filter(run=OuterRef("pk"))
    moving = here.filter(state__in=sorted(LIVE_STEP_STATES - {StepState.PENDING}))
    unbegun = here.filter(state__in=[StepState.PENDING, StepState.READY, StepState.WAITING])
    doubted = Exists(here.filter(state=StepState.UNKNOWN))
    yield (
        "I2: {} live runs have nothing that could move them",
        runs.filter(state__in=LIVE).exclude(Exists(moving)),
    )
    yield "I2: {} runs have a call in doubt that nobody is asked about", runs.filter(doubted, attention=False)
    yield "I2: {} runs ask for an answer to nothing", runs.filter(~doubted, attention=True)
    yield "I3: {} ended runs have steps that may still begin", runs.filter(Exists(unbegun), state__in=FINAL)
    yield "I3: {} ended runs have no end", runs.filter(state__in=FINAL, ended_at=None)
    yield "I3: {} live runs have an end", runs.filter(state__in=LIVE, ended_at__isnull=False)
    yield "I3: {} runs end before they begin", runs.filter(ended_at__lt=F("started_at") - SKEW)
    yield (
        "I14: {} runs cross from one team or flow to another",
        runs.filter(~Q(flow__team=F("team")) | ~Q(version__flow=F("flow"))),
    )


def _of_steps(steps: QuerySet[StepRun]) -> Iterator[tuple[str, Found]]:
    final = sorted(FINAL_STEP_STATES)
    yield "I2: {} ready steps can never be claimed", steps.filter(state=StepState.READY, due_at=None)
    yield "I2: {} running steps can never be taken back", steps.filter(state=StepState.RUNNING, lease_until=None)
    yield "I3: {} ended steps have no end", steps.filter(state__in=final, ended_at=None)
    yield "I3: {} steps that have not ended have an end", steps.exclude(state__in=final).filter(ended_at__isnull=False)
    yield "I5: {} steps have more attempts than claims", steps.filter(token__lt=F("attempts_made"))
    yield "I7: {} steps have no idempotency key", steps.filter(idempotency_key="")
    yield (
        "I8: {} steps would be sent again though their call may have arrived",
        steps.filter(effect="D", state__in=[StepState.READY, StepState.WAITING], sent_at__isnull=False),
    )
    if any(field.name == "team" for field in StepRun._meta.get_fields()):
        yield "I14: {} steps belong to another team than their run", steps.filter(~Q(**{"team": F("run__team")}))


def _of_attempts(steps: QuerySet[StepRun], attempts: QuerySet[Attempt]) -> Iterator[tuple[str, Found]]:
    counted = steps.annotate(kept=Count("attempts"), last=Max("attempts__number"))
    yield (
        "I4: {} steps have gaps in their attempts",
        counted.filter(~Q(kept=F("attempts_made")) | Q(last__gt=F("kept"))),
    )
    yield "I4: {} attempts end before they begin", attempts.filter(ended_at__lt=F("started_at"))
    well = Q(attempts__outcome="succeeded")
    yield (
        "I8: {} steps succeeded more than once",
        steps.annotate(well=Count("attempts", filter=well)).filter(well__gt=1),
    )
    yield (
        "I10: {} attempts begin after their run was cancelled",
        attempts.filter(step__run__state="cancelled", started_at__gt=F("step__run__ended_at") + AFTER_CANCEL),
    )


def _began_early(run: Run) -> int:
    """How many steps of the run began before any of the steps that lead to them had left by that port. Inside loops and after
    them a step before may be under way still."""
    plan = plan_of(run.version_id)
    rows = {
        row.node: row
        for row in StepRun.objects.filter(run=run, item_key="").only("node", "state", "port", "claimed_at", "ended_at")
    }
    return sum(_is_early(plan, rows, node) for node in rows)


def _is_early(plan: Plan, rows: dict[str, StepRun], node: str) -> bool:
    row, before = rows[node], [(rows[source], port) for source, port in plan.into.get(node, ()) if source in rows]
    if (
        row.claimed_at is None
        or not before
        or any(plan.nodes[source.node].type == "logic.for_each" for source, _ in before)
    ):
        return False
    ends = [source.ended_at for source, port in before if source.port == port and source.ended_at]
    return not ends or row.claimed_at < min(ends) - SKEW
