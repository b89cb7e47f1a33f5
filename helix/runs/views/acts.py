"""What a person does to a run: cancel it, start it again, answer for a call in doubt."""

from typing import cast, get_args
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.engine import cancel as cancelling
from helix.engine.again import NotAgain
from helix.engine.again import go_on as going_on
from helix.engine.awaiting import ability_to_approve
from helix.engine.awaiting import approve as answer_approval
from helix.engine.models import StepRun
from helix.engine.outputs import load, whole
from helix.engine.pauses import why_paused
from helix.engine.resolve import Answer, resolve
from helix.engine.start import start
from helix.engine.states import Cause
from helix.engine.trial import trial_again
from helix.ids import new_id
from helix.runs.views.finding import run_or_404, step_or_404
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from helix.triggers.newest import DoesNotFit, run_newest

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
    if paused := why_paused(run.team_id):
        messages.error(request, paused)
        return redirect("runs:run", team=request.team.slug, run_id=run.pk)
    key = request.POST.get("key", "")[:128] or str(new_id())
    payload = whole(load(run.payload, run.team_id))
    cause = Cause.TEST if run.cause_kind == Cause.TEST else Cause.MANUAL
    begun = start(run.version, cause=cause, key=f"again:{key}", payload=payload, by=request.user, entry=run.entry,
                  dry=run.dry, trial=trial_again(run))  # fmt: skip
    return redirect("runs:run", team=request.team.slug, run_id=begun.pk)


@require_POST
@needs(Ability.OPERATE)
def newest(request: TeamRequest, run_id: UUID) -> HttpResponse:
    """What began this run, played again into the version that is published now."""
    run = run_or_404(request, run_id)
    try:
        begun = run_newest(run, request.user, request.POST.get("key", "")[:100] or str(new_id()))
    except DoesNotFit as reason:
        messages.error(request, f"The newest version does not take what this run began with. {reason}")
        return redirect("runs:run", team=request.team.slug, run_id=run_id)
    return redirect("runs:run", team=request.team.slug, run_id=begun.pk)


@require_POST
@needs(Ability.OPERATE)
def go_on(request: TeamRequest, run_id: UUID) -> HttpResponse:
    """A new run that goes on with this one: with what failed, or from a step on."""
    run = run_or_404(request, run_id)
    key = request.POST.get("key", "")[:100] or None
    try:
        begun = going_on(run, request.user, start_at=request.POST.get("from") or None, key=key)
    except NotAgain as refused:
        messages.error(request, str(refused))
        return redirect("runs:run", team=request.team.slug, run_id=run_id)
    return redirect("runs:run", team=request.team.slug, run_id=begun.pk)


@require_POST
@needs(Ability.OPERATE)
def approve(request: TeamRequest, run_id: UUID, step_id: UUID) -> HttpResponse:
    """A person's answer to a step that waits for an approval."""
    step = step_or_404(request, run_id, step_id)
    if not may(request.member.role, ability_to_approve(step)):
        raise PermissionDenied("This approval asks for a higher role in the team than yours.")
    given = request.POST.get("answer", "")
    if given not in ("approve", "reject"):
        messages.error(request, "Choose one of the two answers.")
    elif answer_approval(step, given == "approve", request.user, request.POST.get("comment", "")):
        messages.success(
            request, "Approved: the run goes on." if given == "approve" else "Rejected: the run goes on by that way."
        )
    else:
        messages.info(request, "This was answered already, or its time is over; nothing was changed.")
    return _back(request, step)


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
    return _back(request, step)


def _back(request: TeamRequest, step: StepRun) -> HttpResponse:
    """To the page that was answered from."""
    if request.POST.get("back") == "attention":
        return redirect("runs:attention", team=request.team.slug)
    address = reverse("runs:run", kwargs={"team": request.team.slug, "run_id": step.run_id})
    return redirect(f"{address}?{urlencode({'step': step.node, 'item': step.item_key})}")
