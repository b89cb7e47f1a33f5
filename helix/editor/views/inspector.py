"""The inspector's door: the form of a step."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from helix.editor.fields import Schema
from helix.editor.forms.form import form_of
from helix.editor.views.answers import BadBody
from helix.editor.views.asked import asked, notice, subject_of, type_of_at
from helix.editor.views.flow import flow_or_404
from helix.editor.views.receiving import receiving
from helix.flows.access import barred
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.calls import RUN_FLOW
from helix.flows.using import connection_facts, flow_facts
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


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
        connections=[each for each in connection_facts(request.team, request.user).values() if not each.withheld],
        now=timezone.now(),
        called=_called(request, node) if node.get("type") == RUN_FLOW else None,
        inside=[(each.key, each.title) for each in subject.nodes.values() if subject.loops(each.key)[-1:] == (key,)]
        if subject
        else (),
    )
    return render(
        request,
        "editor/inspector/inspector.html",
        {
            "form": form,
            **receiving(request, flow, node, graph),
            "read_only": Ability.EDIT not in request.abilities,
            "connections_url": reverse("connections:list", kwargs={"team": request.team.slug}),
        },
    )


def _called(request: TeamRequest, node: Mapping[str, Any]) -> Schema | None:
    """The fields of the flow that the step calls, when it can be called."""
    config = node.get("config")
    chosen = config.get("flow") if isinstance(config, dict) else None
    hidden = {str(pk) for pk in barred(request.member)}
    facts = flow_facts(request.team).get(chosen) if isinstance(chosen, str) and chosen not in hidden else None
    return facts.fields if facts else None
