"""The history of a flow in the editor: its versions, what differs between two, and going back to one; flows as files."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from helix.editor.views.answers import error, unreadable
from helix.editor.views.flow import flow_or_404
from helix.editor.views.taking_in import remember
from helix.flows import history
from helix.flows.changes import Change
from helix.flows.exchange import BadDocument, export_document, take_in
from helix.flows.graph import UnreadableGraph
from helix.flows.models import Flow
from helix.teams.access import TeamRequest, needs
from helix.teams.models import User
from helix.teams.roles import Ability

MOST_CHANGES = 300
MOST_BYTES = 2_500_000


@require_GET
@needs(Ability.SEE)
def versions(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Every published version, the newest first."""
    flow = flow_or_404(request, flow_id)
    rows = [
        {
            "number": version.number,
            "note": version.note,
            "by": str(version.created_by or ""),
            "at": version.created_at.isoformat(),
            "current": version.pk == flow.published_id,
        }
        for version in history.versions_of(flow)
    ]
    edited = {"by": str(flow.edited_by or ""), "at": flow.edited_at.isoformat()}
    return JsonResponse({"versions": rows, "draft": edited})


@require_GET
@needs(Ability.SEE)
def changes(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """What differs from one version to another, in words. `from` and `to`: a number, draft or published."""
    flow = flow_or_404(request, flow_id)
    names = (request.GET.get("from", "published"), request.GET.get("to", "draft"))
    sides = [history.side(flow, name) for name in names]
    for name, side in zip(names, sides, strict=True):
        if side is None and name != "published":
            return error(404, "no_version", f"This flow has no version “{name[:20]}”.", "Choose one of the list.")
    try:
        found = told(history.changes_between(flow, *sides))
        return JsonResponse({**found, "editors": editors_of(flow) if names[1] == "draft" else []})
    except UnreadableGraph as bad:
        return unreadable(bad)


def editors_of(flow: Flow) -> list[str]:
    """Names of those whose edits the draft holds since it was published."""
    return sorted(str(user) for user in User.objects.filter(pk__in=flow.editors))


def told(found: tuple[Change, ...]) -> dict[str, Any]:
    """Changes as both doors give them; steps that were only moved are counted."""
    worth = [change for change in found if change.kind != "moved"]
    return {
        "changes": [change.as_json() for change in worth[:MOST_CHANGES]],
        "more": max(0, len(worth) - MOST_CHANGES),
        "moved": len(found) - len(worth),
        "moved_steps": [change.node for change in found if change.kind == "moved" and change.node],
    }


@require_GET
@needs(Ability.SEE)
def version(request: TeamRequest, flow_id: UUID, number: int) -> HttpResponse:
    """The graph of a version; the editor makes it the draft as a step that can be undone."""
    found = get_object_or_404(flow_or_404(request, flow_id).versions, number=number)
    return JsonResponse({"number": found.number, "graph": json.loads(found.graph)})


@require_GET
@needs(Ability.EDIT)
def export(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The draft as a file."""
    flow = flow_or_404(request, flow_id)
    text = json.dumps(export_document(flow), ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(flow.name)[:60] or "flow"}.helix.json"'
    return answer


@require_POST
@needs(Ability.EDIT)
def import_(request: TeamRequest) -> HttpResponse:
    """A new flow from a file, opened in the editor; what is wrong with the file is said on the list."""
    file = request.FILES.get("file")
    if file is None or not hasattr(file, "read"):
        messages.error(request, "Choose a file first.")
        return redirect("flows:list", team=request.team.slug)
    try:
        found = take_in(request.team, file.read(MOST_BYTES), request.user, request.POST.get("name"))
    except (BadDocument, UnreadableGraph) as bad:
        messages.error(request, f"“{str(file.name)[:60]}” was not taken in. {bad}")
        return redirect("flows:list", team=request.team.slug)
    flow = found.flow
    if found.report is not None:
        remember(request, flow, found.report)
        return redirect("flows:imported", team=request.team.slug, flow_id=flow.pk)
    errors = sum(problem.get("severity") == "error" for problem in flow.problems)
    words = f"“{flow.name}” is here as a draft, switched off."
    messages.success(request, f"{words} {errors} problems are to be mended." if errors else words)
    return redirect("editor:edit", team=request.team.slug, flow_id=flow.pk)
