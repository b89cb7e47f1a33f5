"""The list of a team's flows: find, make, copy, name, switch on and off, delete, bring back. Filters are the address."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.editor.flow_rows import PAGE, light, matching, row_of, rows
from helix.editor.views.flow import flow_or_404
from helix.flows.access import flows_for, visible
from helix.flows.drafts import create_flow
from helix.flows.drafts import rename as give_name
from helix.flows.filing import WITHIN, tags_of
from helix.flows.finding import RESTORABLE, SORTS, STATES, TOP, TRIGGERS, FlowFilter, deleted
from helix.flows.models import Folder, ManyAct
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.leaving import StillNeeded, bring_back, take_away
from helix.triggers.leaving import duplicate as copy_of
from helix.triggers.publish import NotPublished, set_enabled


@require_GET
@needs(Ability.SEE)
def flows(request: TeamRequest) -> HttpResponse:
    wanted = FlowFilter.read(request.GET.dict())
    found = matching(request.member, wanted)
    places = _places(request, wanted)
    total = found.order_by().count() if wanted.narrows else places["all"]
    last = max(1, -(-total // PAGE))
    number = min(_whole(request.GET.get("page", "")) or 1, last)
    shown = list(light(found)[(number - 1) * PAGE : number * PAGE])
    address = reverse("flows:list", kwargs={"team": request.team.slug})
    page = {
        "rows": rows(shown),
        "wanted": wanted,
        **places,
        "tags": tags_of(request.team),
        "states": STATES.items(),
        "triggers": TRIGGERS.items(),
        "sorts": SORTS.items(),
        "total": total,
        "first": (number - 1) * PAGE + 1,
        "last": (number - 1) * PAGE + len(shown),
        "before": link(address, [*wanted.pairs(), ("page", str(number - 1))]) if number > 1 else "",
        "following": link(address, [*wanted.pairs(), ("page", str(number + 1))]) if number < last else "",
        "any": places["all"] > 0,
        "unfinished": ManyAct.objects.filter(team=request.team).exclude(rest=[]).defer("results").first(),
        "bare": link(address, FlowFilter(sort=wanted.sort).pairs()),
        "has_connection": places["all"] > 0 or request.team.connections.exists(),
    }
    return render(request, "flows/list.html", page)


def link(address: str, query: list[tuple[str, str]]) -> str:
    """The address with this query."""
    return f"{address}?{urlencode(query)}" if query else address


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _places(request: TeamRequest, wanted: FlowFilter) -> dict[str, Any]:
    """The folders with how many flows lie in them (within others included), and the one that is open."""
    counts = dict(flows_for(request.member).order_by().values_list("folder").annotate(count=Count("pk")))
    address = reverse("flows:list", kwargs={"team": request.team.slug})
    known = sorted(Folder.objects.filter(team=request.team), key=lambda folder: folder.path.casefold().split(WITHIN))
    folders = []
    for folder in known:
        inner = [one for one in known if one == folder or one.path.startswith(folder.path + WITHIN)]
        folders.append(
            {
                "folder": folder,
                "name": folder.path.rpartition(WITHIN)[2],
                "inner": WITHIN in folder.path,
                "count": sum(counts.get(one.pk, 0) for one in inner),
                "href": link(address, wanted.but(folder=str(folder.pk)).pairs()),
            }
        )
    return {
        "folders": folders,
        "open": next((folder for folder in known if str(folder.pk) == wanted.folder), None),
        "all": sum(counts.values()),
        "at_top": counts.get(None, 0),
        "all_href": link(address, wanted.but(folder="").pairs()),
        "top_href": link(address, wanted.but(folder=TOP).pairs()),
    }


@require_POST
@needs(Ability.EDIT)
def new(request: TeamRequest) -> HttpResponse:
    """A blank flow, opened in the editor."""
    flow = create_flow(request.team, request.POST.get("name", "").strip() or "Untitled flow", by=request.user)
    return redirect("editor:edit", team=request.team.slug, flow_id=flow.pk)


@require_POST
@needs(Ability.EDIT)
def duplicate(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """A copy of the draft, opened in the editor."""
    flow = flow_or_404(request, flow_id)
    copy = copy_of(flow, request.user)
    messages.success(request, f"This is a copy of “{flow.name}”, switched off. Both go their own ways from here.")
    return redirect("editor:edit", team=request.team.slug, flow_id=copy.pk)


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
    if not request.headers.get("HX-Request"):
        messages.add_message(
            request, messages.ERROR if refused else messages.SUCCESS, refused or _switched(flow.name, on)
        )
        return redirect("flows:list", team=request.team.slug)
    return render(request, "flows/_row.html", {"row": row_of(flow, request.team), "refused": refused})


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
    try:
        take_away(flow)
        messages.success(
            request, f"“{flow.name}” is deleted. Its runs stay; it can be brought back for {RESTORABLE.days} days."
        )
    except StillNeeded as refused:
        messages.error(request, str(refused))
    return redirect("flows:list", team=request.team.slug)


@require_GET
@needs(Ability.SEE)
def deleted_flows(request: TeamRequest) -> HttpResponse:
    """What was deleted in the last 30 days."""
    now = timezone.now()
    found = (
        visible(request.member, deleted(request.team), "pk")
        .select_related("edited_by", "published")
        .defer("draft", "published__graph")[:500]
    )
    shown = [(flow, (flow.deleted_at + RESTORABLE - now).days + 1) for flow in found if flow.deleted_at]
    return render(request, "flows/deleted.html", {"rows": shown, "days": RESTORABLE.days})


@require_POST
@needs(Ability.PUBLISH)
def restore(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Bring a deleted flow back, switched off."""
    flow = get_object_or_404(visible(request.member, deleted(request.team), "pk", Ability.PUBLISH), pk=flow_id)
    bring_back(flow)
    messages.success(request, f"“{flow.name}” is back, switched off. Switch it on when it shall run again.")
    return redirect("flows:list", team=request.team.slug)
