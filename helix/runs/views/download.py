"""A step's whole input or output as a file, however large: it is sent piece by piece."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_GET

from helix.engine.showing import PARTS, as_file
from helix.runs.views.finding import step_or_404
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


@require_GET
@needs(Ability.OPERATE)
def download(request: TeamRequest, run_id: UUID, step_id: UUID, part: str) -> HttpResponseBase:
    if part not in PARTS:
        raise Http404
    return as_file(step_or_404(request, run_id, step_id), part, request.team.pk)
