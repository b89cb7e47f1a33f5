"""The door of the tab “Last run”: what became of a step in the newest run that has it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helix.editor.views.flow import flow_or_404
from helix.engine.models import StepRun
from helix.engine.showing import shown
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

MOST_TURNS = 20


@require_GET
@needs(Ability.SEE)
def last_run(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Input, output and attempts of the step in the newest run of this flow in which it took part."""
    flow = flow_or_404(request, flow_id)
    node, turn = request.GET.get("node", ""), request.GET.get("turn")
    taken = StepRun.objects.filter(run__flow=flow, node=node).exclude(state__in=("pending", "skipped"))
    newest = taken.select_related("run").order_by("-run__created_at", "-run_id").first()
    context: dict[str, Any] = {"step": None, "node": node}
    if newest is not None:
        turns = StepRun.objects.filter(run=newest.run, node=node).order_by("-started_at", "-id")
        known = list(turns.values_list("item_key", "state")[:MOST_TURNS])
        step = (turns.filter(item_key=turn).first() if turn is not None else None) or turns.select_related("run")[0]
        sees = Ability.OPERATE in request.abilities
        attempts = list(step.attempts.all())[::-1]
        context |= {
            "step": step,
            "run": newest.run,
            "attempts": attempts,
            "error": attempts[0].error if attempts and step.state != "succeeded" else None,
            "turns": known if len(known) > 1 else [],
            "sees_payloads": sees,
            "input": shown(step.input) if sees else None,
            "output": shown(step.output) if sees else None,
        }
    return render(request, "editor/inspector/last_run.html", context)
