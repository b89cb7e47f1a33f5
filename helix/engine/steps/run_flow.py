"""Run a flow: begins a run of another flow of the team, and waits for its end unless told otherwise."""

from datetime import datetime
from typing import Any
from uuid import UUID

from helix.engine.claim import Held
from helix.engine.models import Run, StepRun
from helix.engine.outcomes import Failed, Outcome, Parked, Succeeded, Told, Trouble
from helix.engine.plans import plan_of
from helix.engine.start import start
from helix.engine.states import FINAL_RUN_STATES, Cause, Rank, RunState
from helix.engine.steps.settings import settled
from helix.flows.given import BadInput, read_fields
from helix.flows.models import Flow
from helix.flows.plan import PlanNode

CALLED = "trigger.called"
DEEPEST = 3
"""How many flows may call each other in a row."""


def run_flow(held: Held, node: PlanNode, scope: dict[str, Any], now: datetime) -> Outcome:
    run = Run.objects.filter(parent_id=held.step.id).order_by("created_at").first()
    waits = node.config.get("wait", True) is not False
    if run is None:
        config = settled(node, scope)
        begun = _begin(held, config, Told(config))
        if not isinstance(begun, Run):
            return begun
        told = Told(config)
        if waits:
            return Parked(None, told)
        return Succeeded({"run_id": str(begun.pk), "state": begun.state, "result": {}}, told=told)
    told = Told({"flow": node.config.get("flow"), "input": run.payload, "wait": waits})
    if run.state not in FINAL_RUN_STATES and waits:
        return Parked(None, told)
    if run.state == RunState.SUCCEEDED or not waits:
        return Succeeded({"run_id": str(run.pk), "state": run.state, "result": run.result or {}}, told=told)
    words = f"The flow “{run.flow.name}” {run.state.replace('_', ' ')}: {run.message or 'no reason given'}"
    return Failed(Trouble("called_flow_failed", words, "Open its run to see why."), told)


def _begin(held: Held, config: dict[str, Any], told: Told) -> Run | Outcome:
    if held.run.depth >= DEEPEST:
        words = f"Flows call each other {DEEPEST} deep already, which is as far as it may go."
        return Failed(Trouble("too_deep", words, "Look for flows that call each other in a circle."), told)
    try:
        flow = Flow.objects.select_related("published").filter(
            pk=UUID(str(config.get("flow"))), team_id=held.run.team_id, deleted_at=None
        ).first()  # fmt: skip
    except ValueError:
        flow = None
    if flow is None:
        return Failed(Trouble("missing_flow", "The flow to run is gone.", "Choose another flow in this step."), told)
    version = flow.published
    plan = plan_of(version.id) if version else None
    entry = next((key for key in plan.triggers if plan.nodes[key].type == CALLED), None) if plan else None
    if version is None or plan is None or entry is None:
        words = f"The flow “{flow.name}” has no published version that others can call."
        return Failed(
            Trouble("not_callable", words, "Give it the trigger “Called by another flow” and publish it."), told
        )
    try:
        payload = read_fields(plan.nodes[entry].config.get("fields", []), config.get("input") or {})
    except BadInput as bad:
        return Failed(Trouble("invalid_input", str(bad), "Correct the values in this step."), told)
    parent = StepRun(id=held.step.id)
    return start(version, cause=Cause.CALLED, key=str(held.step.id), payload=payload, entry=entry,
                 rank=Rank(held.run.rank), parent=parent, depth=held.run.depth + 1, dry=held.run.dry)  # fmt: skip
