"""What became of a workflow of another program: told once after it was taken in, and kept with the person's session."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helix.editor.views.flow import flow_or_404
from helix.flows.models import Flow
from helix.flows.n8n import Report
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

KEPT = "taken_in"


def remember(request: TeamRequest, flow: Flow, report: Report) -> None:
    """Keep the report for the page that is shown next; only the last one is kept."""
    request.session[KEPT] = {"flow": str(flow.pk), **report.as_json()}


@require_GET
@needs(Ability.EDIT)
def imported(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The report, the nodes that need a person first. Later the placeholders and the check's problems say what is left."""
    flow = flow_or_404(request, flow_id)
    kept: dict[str, Any] = request.session.get(KEPT) or {}
    report = kept if kept.get("flow") == str(flow.pk) else None
    order = {"placeholder": 0, "left out": 1, "step": 2, "note": 3}
    nodes = sorted(report["nodes"], key=lambda line: (order[line["fate"]], not _open(line))) if report else []
    errors = sum(problem.get("severity") == "error" for problem in flow.problems)
    page = {"flow": flow, "report": report, "nodes": nodes, "errors": errors}
    return render(request, "flows/imported.html", page)


def _open(line: dict[str, Any]) -> bool:
    return any(not each["now"] for each in line["expressions"])
