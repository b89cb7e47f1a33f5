"""The list of a team's flows: find, make, name, switch on and off, delete; and the places of the command bar."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.editor.flow_rows import MOST, find, rows
from helix.editor.views.flow import flow_or_404
from helix.flows.drafts import create_flow
from helix.flows.drafts import rename as give_name
from helix.flows.steps import STEP_TYPES
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from helix.triggers.publish import NotPublished, delete_flow, set_enabled

JUMPS = 8


@require_GET
@needs(Ability.SEE)
def flows(request: TeamRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = find(request.team, text)
    shown = list(found[: MOST + 1])
    page = {
        "rows": rows(shown[:MOST]),
        "q": text,
        "more": len(shown) > MOST,
        "most": MOST,
        "any": bool(shown) or find(request.team, "").exists(),
        "has_connection": request.team.connections.exists(),
    }
    return render(request, "flows/list.html", page)


@require_POST
@needs(Ability.EDIT)
def new(request: TeamRequest) -> HttpResponse:
    """A blank flow, opened in the editor."""
    flow = create_flow(request.team, request.POST.get("name", "").strip() or "Untitled flow", by=request.user)
    return redirect("editor:edit", team=request.team.slug, flow_id=flow.pk)


@require_POST
@needs(Ability.PUBLISH)
def switch(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """On or off; the fragment is the flow's row as it is now."""
    flow = flow_or_404(request, flow_id)
    on = request.POST.get("on") == "true"
    refused = ""
    try:
        set_enabled(flow, on)
    except NotPublished as error:
        refused = str(error)
    flow.refresh_from_db()
    if not request.headers.get("HX-Request"):
        messages.add_message(
            request, messages.ERROR if refused else messages.SUCCESS, refused or _switched(flow.name, on)
        )
        return redirect("flows:list", team=request.team.slug)
    return render(request, "flows/_row.html", {"row": rows([flow])[0], "refused": refused})


def _switched(name: str, on: bool) -> str:
    return f"“{name}” is on: its triggers start runs." if on else f"“{name}” is off: nothing starts it by itself."


@require_POST
@needs(Ability.EDIT)
def rename(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    try:
        give_name(flow_or_404(request, flow_id), request.POST.get("name", ""))
    except ValueError as refused:
        messages.error(request, str(refused))
    return redirect("flows:list", team=request.team.slug)


@require_POST
@needs(Ability.PUBLISH)
def delete(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    delete_flow(flow)
    messages.success(request, f"“{flow.name}” is deleted. Its runs stay in the list of runs.")
    return redirect("flows:list", team=request.team.slug)


@require_GET
@needs(Ability.SEE)
def jump(request: TeamRequest) -> HttpResponse:
    """Where the command bar can go for the text typed so far: flows, rooms, step types of the catalogue."""
    text = request.GET.get("q", "").strip()
    words = text.lower().split()

    def fits(name: str) -> bool:
        return all(word in name.lower() for word in words)

    at = {"team": request.team.slug}
    rooms = [
        ("Flows", "workflow", reverse("flows:list", kwargs=at)),
        ("Runs", "activity", reverse("runs:list", kwargs=at)),
        ("Failed runs", "circle-x", reverse("runs:list", kwargs=at) + "?state=failed"),
        ("Runs that need your answer", "circle-help", reverse("runs:list", kwargs=at) + "?state=attention"),
        ("Templates", "library", reverse("gallery:list", kwargs=at)),
        ("Schedule", "calendar-days", reverse("planner:page", kwargs=at)),
        ("Insights", "chart-column", reverse("insights:page", kwargs=at)),
        ("Alerts", "bell", reverse("alerts:page", kwargs=at)),
        ("Connections", "plug", reverse("connections:list", kwargs=at)),
        ("Catalogue", "library", reverse("catalogue:list", kwargs=at)),
        ("Account", "settings", reverse("teams:account")),
    ]
    if may(request.member.role, Ability.OPERATE):
        rooms.insert(-1, ("Sandbox", "flask-conical", reverse("sandbox:page", kwargs=at)))
    steps = [
        (step.title, step.icon, reverse("catalogue:step", kwargs={**at, "key": step.key}))
        for step in STEP_TYPES.values()
        if text and not step.hidden and fits(f"{step.title} {step.key}")
    ]
    page = {
        "flows": find(request.team, text)[:JUMPS],
        "rooms": [room for room in rooms if fits(room[0])],
        "steps": steps[:JUMPS],
        "q": text,
        "may_create": may(request.member.role, Ability.EDIT),
    }
    return render(request, "flows/_jump.html", page)
