"""A run begins, once per cause."""

from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.births import Birth, insert
from helix.engine.decide import Decision, View, settle
from helix.engine.keys import idempotency_key
from helix.engine.models import Run, StepRun, Trial
from helix.engine.noting import note, persons_of
from helix.engine.outputs import keep
from helix.engine.plans import plan_of
from helix.engine.recording import effect_of
from helix.engine.states import Cause, Rank, RunState, StepState
from helix.flows.models import FlowVersion
from helix.flows.plan import Plan
from helix.ids import new_id
from helix.teams.models import User


class NoTrigger(Exception):
    """The version has no trigger that this cause could begin at."""


def entry_for(plan: Plan, cause: Cause) -> str:
    """The trigger node that a cause without a node of its own begins at: a manual one if there is one."""
    manual = [key for key in plan.triggers if plan.nodes[key].type == "trigger.manual"]
    wanted = manual or list(plan.triggers)
    if not wanted:
        raise NoTrigger(
            f"This flow has no trigger, so a run “{cause.value}” has nowhere to begin. Add a manual trigger."
        )
    return wanted[0]


def start(
    version: FlowVersion,
    *,
    cause: Cause,
    key: str,
    payload: dict[str, Any],
    by: User | None = None,
    entry: str | None = None,
    rank: Rank = Rank.NORMAL,
    parent: StepRun | None = None,
    depth: int = 0,
    dry: bool = False,
    trial: Trial | None = None,
) -> Run:
    """A new run of the version, or the one that this cause (kind and key) already began. Rings the bell on commit.

    `parent`: the step of another run that called the flow. `depth`: how many runs, each begun by the other, stand before it.
    `dry`: it sends nothing out. `trial`: samples that stand in for steps, not saved yet.
    """
    plan = plan_of(version.id)
    now = timezone.now()
    run = Run(
        team_id=version.flow.team_id, flow_id=version.flow_id, version=version, cause_kind=cause, cause_key=key,
        entry=entry or entry_for(plan, cause), payload=payload, created_by=by, created_at=now, rank=rank, parent=parent,
        depth=depth, state=RunState.QUEUED, dry=dry, pinned=trial is not None,
    )  # fmt: skip
    given, kept = run.payload, keep(run.id, run.team_id, run.payload)
    run.payload = kept.stored
    decision, births = _first(run, plan)
    people = persons_of(run.team_id, (given, kept), payload=True)
    alone = trial is None and kept.blob is None and not people
    with nullcontext() if alone else transaction.atomic():
        if not insert(run, births):
            return Run.objects.get(flow_id=version.flow_id, cause_kind=cause, cause_key=key)
        if trial is not None:
            trial.run = run
            trial.save()
        kept.save()
        note(run.id, people)
        bell.ring(min(1, len(decision.now(StepState.READY))))
    return run


def _first(run: Run, plan: Plan) -> tuple[Decision, list[Birth]]:
    """How the run's steps stand at first; the run itself too, when nothing follows from its trigger."""
    now, entry = run.created_at, run.entry
    before = {node: View(StepState.PENDING) for node in _reached(plan, entry)}
    after = dict(before)
    after[entry] = View(StepState.SUCCEEDED, "next")
    decision = settle(plan, before, after)
    if decision.run == RunState.SUCCEEDED:
        run.state, run.started_at, run.ended_at = RunState.SUCCEEDED, now, now
        run.news = run.parent_id is not None
    return decision, [_birth(run, plan, node, view) for node, view in after.items()]


def _birth(run: Run, plan: Plan, node: str, view: View) -> Birth:
    now, is_entry = run.created_at, node == run.entry
    return Birth(
        id=new_id(),
        node=node,
        state=view.state,
        port=view.port,
        effect=effect_of(plan.nodes[node].type, plan.nodes[node].config),
        idempotency_key=idempotency_key(run.id, now, node),
        due_at=now if view.state == StepState.READY else None,
        started_at=now if is_entry else None,
        ended_at=now if is_entry or view.state == StepState.SKIPPED else None,
        output={"data": run.payload, "error": None, "successful": True} if is_entry else None,
    )


def _reached(plan: Plan, entry: str) -> list[str]:
    """Nodes outside loops that the entry leads to, itself included, in the plan's order."""
    seen, edge = {entry}, [entry]
    while edge:
        for targets in plan.out.get(edge.pop(), {}).values():
            fresh = [target for target in targets if target not in seen]
            seen.update(fresh)
            edge.extend(fresh)
    return [key for key in plan.order if key in seen and not plan.loop_of.get(key)]
