"""Pausing everything of the team, and letting it go on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from helix.engine.models import Pause, Run
from helix.engine.pauses import pause_of
from helix.engine.states import LIVE_RUN_STATES
from helix.flows.models import Flow
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.pausing import pause_everything, resume_everything

MOST_COUNTED = 1000
SHOWN = 10


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
def pause(request: TeamRequest) -> HttpResponse:
    """What pausing means and what it would stop now; POST does it."""
    if request.method == "POST":
        pause_everything(request.team, request.POST.get("reason", ""))
        messages.success(request, "Everything is paused: nothing begins, and no run goes on. What comes in is kept.")
        return redirect("planner:pause", team=request.team.slug)
    live = Run.objects.filter(team=request.team, state__in=sorted(LIVE_RUN_STATES)).order_by()
    page = {
        "now": pause_of(request.team.pk),
        "live": live[: MOST_COUNTED + 1].count(),
        "most": MOST_COUNTED,
        "on": Flow.objects.filter(team=request.team, enabled=True, deleted_at=None).count(),
        "earlier": Pause.objects.filter(team=request.team, ended_at__isnull=False).order_by("-began_at")[:SHOWN],
    }
    return render(request, "planner/pause.html", page)


@require_POST
@needs(Ability.ADMINISTER)
def resume(request: TeamRequest) -> HttpResponse:
    """All goes on."""
    if resume_everything(request.team):
        messages.success(request, "Everything goes on. Starts that were missed are on the list below, with the reason.")
    else:
        messages.info(request, "Nothing was paused.")
    return redirect("planner:page", team=request.team.slug)
