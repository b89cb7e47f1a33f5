"""A run failed: flows of its team that listen for failures begin.

A run that was itself begun by a failure tells nobody, and a chain of runs, each begun by the other, ends at `DEEPEST`: a flow
that reports failures and fails can never call itself.
"""

from typing import Any

from helix.engine.models import Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause, RunState, StepState
from helix.triggers.models import Listener

DEEPEST = 3
KIND = "trigger.flow_failed"


def tell_of_failure(run: Run) -> list[Run]:
    """Begin the flows that listen for failures of this run's flow; none when it did not fail. Repeats begin nothing more."""
    if run.state not in (RunState.FAILED, RunState.TIMED_OUT) or run.cause_kind in (Cause.FAILURE, Cause.TEST):
        return []
    if run.dry or run.pinned:  # a test that was gone on with is a test still
        return []
    if run.depth >= DEEPEST:
        return []
    listening = Listener.objects.filter(team_id=run.team_id, kind=KIND).select_related("flow__published")
    begun = []
    for listener in listening.order_by("since", "pk"):
        wanted = listener.config.get("flows") or []
        version = listener.flow.published
        if version is None or not listener.flow.enabled or (wanted and str(run.flow_id) not in wanted):
            continue
        if listener.flow_id == run.flow_id and str(run.flow_id) not in wanted:
            continue  # “any flow” does not mean the flow that listens
        key = f"{run.pk.hex}:{listener.node}"
        begun.append(
            start(
                version, cause=Cause.FAILURE, key=key, payload=failure_of(run), entry=listener.node, depth=run.depth + 1
            )
        )
    return begun


def failure_of(run: Run) -> dict[str, Any]:
    """What a listening flow is told: the run, its flow, the step that failed, and why."""
    step = StepRun.objects.filter(run=run, state=StepState.FAILED).order_by("-ended_at").first()
    return {
        "run_id": str(run.pk),
        "flow_id": str(run.flow_id),
        "flow_name": run.flow.name,
        "message": run.message,
        "step": step.node if step else "",
        "failed_at": run.ended_at.isoformat() if run.ended_at else "",
    }
