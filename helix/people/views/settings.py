"""Team, Settings: name and short name, another team, handing over, deleting."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.people.closing import close, under_way
from helix.people.founding import addresses_with, found, rename
from helix.teams import places
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Member, Team
from helix.teams.roles import Ability
from helix.teams.sudo import confirmed


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
def page(request: TeamRequest) -> HttpResponse:
    """The settings; saving gives the team another name or short name."""
    given = {"name": request.team.name, "slug": request.team.slug}
    if request.method == "GET":
        return _page(request, given)
    given = {key: request.POST.get(key, value)[:200] for key, value in given.items()}
    try:
        rename(request.team, given["name"], given["slug"], request.POST.get("sure") == "yes")
    except places.Refused as refused:
        return _page(request, given, str(refused))
    messages.success(request, f"The team is called {request.team.name}, and lives at /t/{request.team.slug}/.")
    return redirect("people:settings", team=request.team.slug)


@require_POST
@needs(Ability.ADMINISTER)
def publishing(request: TeamRequest) -> HttpResponse:
    """Whether a second person must publish what somebody edited."""
    two = request.POST.get("two") == "yes"
    with transaction.atomic():
        if Team.objects.filter(pk=request.team.pk).exclude(two_publish=two).update(two_publish=two):
            noted(
                request.team.pk,
                Act.PUBLISHING_CHANGED,
                request.team,
                after="by a second person" if two else "by any editor",
            )
    words = "is published by somebody else than who edited it" if two else "may be published by who edited it"
    messages.success(request, f"From now on a flow {words}.")
    return redirect("people:settings", team=request.team.slug)


@require_POST
@needs(Ability.ADMINISTER)
def another(request: TeamRequest) -> HttpResponse:
    """Make another team; whoever makes it owns it."""
    try:
        made = found(request.user, request.POST.get("name", "")[:200])
    except places.Refused as refused:
        messages.error(request, str(refused))
        return redirect("people:settings", team=request.team.slug)
    messages.success(request, f"The team {made.name} is there, and you own it. Invite your colleagues.")
    return redirect("people:members", team=made.slug)


@require_POST
@needs(Ability.OWN)
@confirmed
def hand_over(request: TeamRequest) -> HttpResponse:
    """Make another member the owner."""
    try:
        taker = places.hand_over(request.team, request.user, UUID(request.POST.get("member", "")))
        messages.success(request, f"{taker.user} owns the team from now on; you are an admin of it.")
    except (ValueError, Member.DoesNotExist):
        messages.error(request, "Choose a member of the team to hand it over to.")
    except places.Refused as refused:
        messages.error(request, str(refused))
    return redirect("people:settings", team=request.team.slug)


@require_POST
@needs(Ability.OWN)
@confirmed
def delete(request: TeamRequest) -> HttpResponse:
    """Delete the team whose name was typed."""
    try:
        close(request.team, request.POST.get("typed", ""))
    except places.Refused as refused:
        messages.error(request, str(refused))
        return redirect("people:settings", team=request.team.slug)
    messages.success(request, f"The team {request.team.name} is deleted. Its data are removed within the next minutes.")
    return redirect("teams:home")


def _page(request: TeamRequest, given: dict[str, str], trouble: str = "") -> HttpResponse:
    others = Member.objects.filter(team=request.team).exclude(user=request.user).select_related("user")
    page = {
        "section": "settings",
        "given": given,
        "trouble": trouble,
        "addresses": addresses_with(request.team),
        "others": others.order_by("user__name", "pk"),
        "live": under_way(request.team),
    }
    return render(request, "people/settings.html", page, status=422 if trouble else 200)
