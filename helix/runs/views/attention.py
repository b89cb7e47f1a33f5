"""The page of what waits for a person, and one answer for many calls of a step."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from helix.engine.bulk.freezing import freeze_doubts
from helix.engine.bulk.models import ANSWERS, BulkKind
from helix.engine.plans import plan_of
from helix.flows.access import flow_for
from helix.ids import new_id
from helix.runs.attention import attention, attention_count, doubted
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

WORDS = {"arrived": "It arrived", "again": "Send again", "skip": "Skip"}


@require_GET
@needs(Ability.SEE)
def page(request: TeamRequest) -> HttpResponse:
    return render(request, "runs/attention.html", {"waiting": attention(request.member), "key": str(new_id())})


@require_GET
@needs(Ability.SEE)
def count(request: TeamRequest) -> HttpResponse:
    """The number in the navigation bar."""
    return render(request, "runs/_attention_count.html", {"waiting": attention_count(request.member)})


@require_POST
@needs(Ability.OPERATE)
def answer_all(request: TeamRequest) -> HttpResponse:
    """One answer for every call of this step that is in doubt now."""
    try:
        flow_id = UUID(request.POST.get("flow", ""))
        answer = BulkKind(request.POST.get("answer", ""))
    except ValueError:
        flow_id, answer = UUID(int=0), BulkKind.CANCEL
    node = request.POST.get("node", "")
    if answer not in ANSWERS or not node:
        messages.error(request, "Choose one of the three answers.")
        return redirect("runs:attention", team=request.team.slug)
    flow = flow_for(request.member, flow_id, Ability.OPERATE, deleted=True)
    steps = doubted(request.member).filter(run__flow=flow, node=node)
    first = steps.select_related("run").first()
    if first is None:
        messages.info(request, "Nothing of this step is in doubt any more.")
        return redirect("runs:attention", team=request.team.slug)
    name = plan_of(first.run.version_id).nodes[node].name or node
    words = f"“{WORDS[answer]}” for every call of “{name}” in “{flow.name}” that was in doubt"
    key = request.POST.get("key", "")[:50] or str(new_id())
    action = freeze_doubts(request.team, request.user, answer, steps, words=words[:400], key=f"{key}:{answer}")
    return redirect("runs:bulk", team=request.team.slug, action_id=action.pk)
