"""A run failed: flows of its team that listen for failures begin.

A run that was itself begun by a failure tells nobody, and a chain of runs, each begun by the other, ends at `DEEPEST`: a flow
that reports failures and fails can never call itself.

A flow for chosen people is told of where its people put that: to a flow that names it, or that is for chosen people itself, and whose
version was published by somebody who sees it.
"""

from typing import Any

from helix.engine.models import Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause, RunState, StepState
from helix.flows.access import abilities_with
from helix.teams.models import Member
from helix.teams.roles import Ability
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
        if run.flow.restricted and not _may_be_told(listener, run, named=bool(wanted)):
            continue
        key = f"{run.pk.hex}:{listener.node}"
        begun.append(
            start(
                version, cause=Cause.FAILURE, key=key, payload=failure_of(run), entry=listener.node, depth=run.depth + 1
            )
        )
    return begun


def _may_be_told(listener: Listener, run: Run, *, named: bool) -> bool:
    """Whether a failure of a flow for chosen people is for this listener."""
    if listener.flow_id == run.flow_id:
        return True
    if not named and not listener.flow.restricted:
        return False
    version = listener.flow.published
    publisher = version.created_by_id if version else None
    member = Member.objects.filter(team=run.team_id, user=publisher, user__is_active=True).first()
    return member is not None and Ability.SEE in (abilities_with(member, run.flow_id) or ())


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
