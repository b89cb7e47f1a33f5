"""The data picker's door: what the steps before a step give, for one of its fields, with the values of the last run."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from helix.editor.forms.picker import Picker
from helix.editor.forms.wanted import wanted
from helix.editor.island import outputs
from helix.editor.views.answers import BadBody, body
from helix.editor.views.asked import asked, notice, subject_of, type_of_at
from helix.editor.views.flow import flow_or_404
from helix.engine.models import Item
from helix.engine.showing import shown
from helix.flows.models import Flow
from helix.flows.scope import available, fits
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


@require_POST
@needs(Ability.EDIT)
def data(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The tree of data for one field of a step."""
    flow = flow_or_404(request, flow_id)
    try:
        node, graph = asked(request)
        given = body(request)
    except BadBody as bad:
        return notice(request, str(bad), status=400)
    key, step = str(node["key"]), STEP_TYPES.get(str(node.get("type")))
    config: Any = node.get("config")
    field = str(given.get("field") or "")
    subject = subject_of(graph)
    picker = Picker(
        wanted(step.input_schema if step else {}, config, field, type_of_at(subject, key)),
        fits,
        last=_last_scope(flow, subject, key),
        in_text=given.get("in_text") is True,
    )
    names = {
        each.key: (each.title, STEP_TYPES[each.type].icon, STEP_TYPES[each.type].family)
        for each in (graph.nodes if graph else ())
        if each.type in STEP_TYPES
    }
    sources = picker.sources(available(graph, key) if graph else (), names)
    return render(request, "editor/inspector/picker.html", {"sources": sources, "has_run": picker.last is not None})


def _last_scope(flow: Flow, subject: Subject | None, key: str) -> dict[str, Any] | None:
    """The scope as the flow's last run left it, to show values beside paths; None before the first run."""
    run = flow.runs.order_by("-created_at", "-id").first()
    if run is None:
        return None
    scope = {"trigger": shown(run.payload), "steps": shown(outputs(run)["steps"]), "flow": {"name": flow.name}}
    around = subject.loops(key) if subject is not None and key in subject.nodes else ()
    item = Item.objects.filter(run=run, loop=around[-1]).order_by("position").first() if around else None
    return {**scope, "item": shown(item.value), "index": item.position} if item else scope
