"""The inspector's door: the form of a step."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from helix.editor.forms.form import form_of
from helix.editor.views.answers import BadBody
from helix.editor.views.asked import asked, notice, subject_of, type_of_at
from helix.editor.views.flow import flow_or_404
from helix.editor.views.receiving import receiving
from helix.flows.steps import STEP_TYPES
from helix.flows.using import connection_facts
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may


@require_POST
@needs(Ability.SEE)
def inspector(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The form of one step of the graph that the browser holds."""
    flow = flow_or_404(request, flow_id)
    try:
        node, graph = asked(request)
    except BadBody as bad:
        return notice(request, str(bad), status=400)
    step = STEP_TYPES.get(str(node.get("type")))
    key, subject = str(node["key"]), subject_of(graph)
    form = form_of(
        node,
        step,
        output=subject.output(key) if subject and key in subject.nodes else {},
        type_of=type_of_at(subject, key),
        connections=connection_facts(request.team).values(),
        now=timezone.now(),
    )
    return render(
        request,
        "editor/inspector/inspector.html",
        {
            "form": form,
            **receiving(request, flow, node, graph),
            "read_only": not may(request.member.role, Ability.EDIT),
            "connections_url": reverse("connections:list", kwargs={"team": request.team.slug}),
        },
    )
