"""A team's own templates: the page that saves a flow as one, and taking one away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from helix.flows.access import flow_for
from helix.gallery.asking import settings_of
from helix.gallery.keeping import OWN, NotKept, graph_to_keep, keep, take_away, why_not
from helix.gallery.picture import picture_of
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

MOST_LABEL = 80


@require_http_methods(["GET", "POST"])
@needs(Ability.EDIT)
def save(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """What of the flow will be asked for, and its title; POST saves the template."""
    flow = flow_for(request.member, flow_id, Ability.EDIT)
    if flow.restricted and Ability.SHARE not in request.abilities:
        raise PermissionDenied(
            "A template is for the whole team, and this flow is for chosen people; ask who may share it."
        )
    if trouble := why_not(flow):
        messages.error(request, f"“{flow.name}” is no template yet. {trouble}")
        return redirect("editor:edit", team=request.team.slug, flow_id=flow.pk)
    graph = graph_to_keep(flow)
    offered = settings_of(graph)
    given = {"title": request.POST.get("title", flow.name[:120]), "says": request.POST.get("says", "")}
    chosen = set(request.POST.getlist("ask"))
    labels = {
        each.at: request.POST.get(f"label {each.at}", each.label).replace("\0", "")[:MOST_LABEL].strip() or each.label
        for each in offered
    }
    refused = ""
    if request.method == "POST":
        picked = [each for each in offered if each.at in chosen]
        asked = [each.asked(number, labels[each.at]) for number, each in enumerate(picked, 1)]
        try:
            made = keep(flow, given["title"], given["says"], asked, request.user)
        except NotKept as error:
            refused = str(error)
        else:
            messages.success(request, f"“{made.title}” is a template of {request.team} now. The flow stays as it is.")
            return redirect("gallery:template", team=request.team.slug, template=f"{OWN}{made.pk}")
    page = {
        "flow": flow,
        "picture": picture_of(graph),
        "given": given,
        "offered": [(each, labels[each.at], each.at in chosen) for each in offered],
        "refused": refused,
    }
    return render(request, "gallery/save.html", page, status=422 if refused else 200)


@require_POST
@needs(Ability.EDIT)
def remove(request: TeamRequest, template: str) -> HttpResponse:
    """Take a template of the team away."""
    title = take_away(request.team, template)
    if title is None:
        raise Http404
    messages.success(request, f"The template “{title}” is removed. Flows that were made of it stay.")
    return redirect("gallery:list", team=request.team.slug)
