"""The editor page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helix.editor.island import editor_data
from helix.editor.views.flow import flow_or_404
from helix.flows.drafts import recheck
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


@require_GET
@needs(Ability.SEE)
def edit(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    recheck(flow, request.user)
    mode = "edit" if Ability.EDIT in request.abilities else "read"
    data = editor_data(flow, mode, request.user)
    if Ability.OPERATE not in request.abilities:
        data["pins"], data["last_run"] = dict.fromkeys(data["pins"]), None  # that there is a sample, and no payload
    return render(request, "editor/editor.html", {"flow": flow, "editor_data": data})
