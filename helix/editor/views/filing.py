"""Where flows are kept: the folder and tags of one flow, and the folders themselves."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from helix.editor.views.flow import flow_or_404
from helix.editor.views.flows import link
from helix.flows.filing import (
    MOST_LETTERS,
    MOST_TAGS,
    delete_folder,
    folder_of,
    hue,
    place,
    put_tags,
    rename_folder,
    tags_of,
)
from helix.flows.models import Folder
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


@require_http_methods(["GET", "POST"])
@needs(Ability.EDIT)
def filing(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The folder and the tags of a flow. Pages show this page's form in a dialog."""
    flow = flow_or_404(request, flow_id)
    back = _back(request)
    folder = str(flow.folder.path if flow.folder else "")
    worn, new, refused = {tag.name for tag in flow.tags.all()}, "", ""
    if request.method == "POST":
        folder = request.POST.get("new_folder", "").strip() or request.POST.get("folder", "")
        worn, new = set(request.POST.getlist("tag")), request.POST.get("tags", "")
        try:
            with transaction.atomic():
                place(flow, folder)
                names = put_tags(flow, [*sorted(worn), new])
            where = f"in “{flow.folder}”" if flow.folder else "in no folder"
            wears = f", tagged {', '.join(names)}" if names else ""
            messages.success(request, f"“{flow.name}” is {where}{wears}.")
            return redirect(back)
        except ValueError as bad:
            refused = str(bad)
    page = {
        "flow": flow,
        "folder": folder,
        "folders": Folder.objects.filter(team=request.team).order_by("path"),
        "tags": [(tag.name, hue(tag.name), tag.name in worn) for tag in tags_of(request.team)],
        "new": new,
        "most_tags": MOST_TAGS,
        "most_letters": MOST_LETTERS,
        "refused": refused,
        "back": back,
    }
    return render(request, "flows/filing.html", page, status=422 if refused else 200)


def _back(request: TeamRequest) -> str:
    """Where the person came from, if that is here."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("flows:list", kwargs={"team": request.team.slug})


@require_POST
@needs(Ability.EDIT)
def make(request: TeamRequest) -> HttpResponse:
    """A new folder, opened."""
    try:
        return redirect(_list(request, folder_of(request.team, request.POST.get("name", ""))))
    except ValueError as refused:
        messages.error(request, str(refused))
        return redirect(_list(request))


@require_POST
@needs(Ability.EDIT)
def rename(request: TeamRequest, folder_id: UUID) -> HttpResponse:
    folder = get_object_or_404(Folder, team=request.team, pk=folder_id)
    try:
        rename_folder(folder, request.POST.get("name", ""))
    except ValueError as refused:
        messages.error(request, str(refused))
    return redirect(_list(request, folder))


@require_POST
@needs(Ability.EDIT)
def delete(request: TeamRequest, folder_id: UUID) -> HttpResponse:
    folder = get_object_or_404(Folder, team=request.team, pk=folder_id)
    count = delete_folder(folder)
    went = {0: "It was empty.", 1: "Its flow is at the top again."}.get(
        count, f"Its {count} flows are at the top again."
    )
    messages.success(request, f"The folder “{folder}” is gone. {went}")
    return redirect(_list(request))


def _list(request: TeamRequest, folder: Folder | None = None) -> str:
    address = reverse("flows:list", kwargs={"team": request.team.slug})
    return link(address, [("folder", str(folder.pk))] if folder else [])
