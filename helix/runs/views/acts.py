"""What a person does to a run: cancel it, start it again, answer for a call in doubt."""

from typing import cast, get_args
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.engine import cancel as cancelling
from helix.engine.outputs import load, whole
from helix.engine.resolve import Answer, resolve
from helix.engine.start import start
from helix.engine.states import Cause
from helix.ids import new_id
from helix.runs.views.finding import run_or_404, step_or_404
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

ANSWERS: dict[str, str] = {
    "arrived": "The call counts as arrived; the run goes on.",
    "again": "The call is sent again.",
    "skip": "The step is skipped.",
}


@require_POST
@needs(Ability.OPERATE)
def cancel(request: TeamRequest, run_id: UUID) -> HttpResponse:
    run = run_or_404(request, run_id)
    if cancelling.cancel(run, request.user):
        messages.success(request, "Cancelled: nothing new begins. A call that was under way is recorded when it ends.")
    else:
        messages.info(request, "This run had ended already.")
    return redirect("runs:run", team=request.team.slug, run_id=run.pk)


@require_POST
@needs(Ability.OPERATE)
def again(request: TeamRequest, run_id: UUID) -> HttpResponse:
    """The same version with the same values, as a new run; the form's key makes a double click start one."""
    run = run_or_404(request, run_id)
    if run.wiped_at:
        messages.error(
            request, "What this run began with was removed, so it cannot be started again. Start the flow anew."
        )
        return redirect("runs:run", team=request.team.slug, run_id=run.pk)
    key = request.POST.get("key", "")[:128] or str(new_id())
    payload = whole(load(run.payload, run.team_id))
    cause = Cause.TEST if run.cause_kind == Cause.TEST else Cause.MANUAL
    begun = start(run.version, cause=cause, key=f"again:{key}", payload=payload, by=request.user, entry=run.entry)
    return redirect("runs:run", team=request.team.slug, run_id=begun.pk)


@require_POST
@needs(Ability.OPERATE)
def answer(request: TeamRequest, run_id: UUID, step_id: UUID) -> HttpResponse:
    """A person's answer about a call whose outcome is unknown."""
    step = step_or_404(request, run_id, step_id)
    given = request.POST.get("answer", "")
    if given not in get_args(Answer):
        messages.error(request, "Choose one of the three answers.")
    elif resolve(step, cast(Answer, given), request.user):
        messages.success(request, ANSWERS[given])
    else:
        messages.info(request, "This step is no longer in doubt, or its run has ended; nothing was changed.")
    address = reverse("runs:run", kwargs={"team": request.team.slug, "run_id": run_id})
    return redirect(f"{address}?step={step.node}")
