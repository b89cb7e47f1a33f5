"""Finding the run of a request: one of the team's; anything else is 404."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from helix.engine.models import Run, StepRun
from helix.teams.access import TeamRequest


def run_or_404(request: TeamRequest, run_id: UUID) -> Run:
    runs = Run.objects.select_related("flow__published", "version", "created_by").filter(team=request.team)
    return get_object_or_404(runs, pk=run_id)


def step_or_404(request: TeamRequest, run_id: UUID, step_id: UUID) -> StepRun:
    steps = StepRun.objects.select_related("run__flow", "run__version", "run__created_by")
    return get_object_or_404(steps.filter(run_id=run_id, run__team=request.team), pk=step_id)
