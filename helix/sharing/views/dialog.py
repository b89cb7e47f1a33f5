"""The dialog “Share” of a flow: who sees it, what each person may do with it, and its links. A page of its own without htmx."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.flows.access import flow_for
from helix.flows.models import Flow, FlowGrant
from helix.sharing import links as linking
from helix.sharing.granting import ShutOut, grant, restrict
from helix.sharing.models import ShareLink
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Member
from helix.teams.roles import RANK, Ability, Role
from helix.teams.sharing import LEVELS, Level, abilities_of, of_role, sees_all

DAYS = (1, 7, 14, 30)
WORDS = {Level.VIEW: "can view", Level.RUN: "can run", Level.EDIT: "can edit"}


@dataclass(frozen=True)
class Person:
    """A member of the team as the dialog lists them. `choices`: (value, words, chosen); none for those who always see all."""

    member: Member
    mine: bool
    choices: list[tuple[str, str, bool]]


@require_GET
@needs(Ability.SHARE)
def page(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    return _answer(request, flow_for(request.member, flow_id, Ability.SHARE))


@require_POST
@needs(Ability.SHARE)
def who(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The whole team, or chosen people."""
    flow = flow_for(request.member, flow_id, Ability.SHARE)
    restrict(flow, request.POST.get("who") == "chosen", request.member)
    return _answer(request, flow)


@require_POST
@needs(Ability.SHARE)
def people(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """What one person may do with the flow."""
    flow = flow_for(request.member, flow_id, Ability.SHARE)
    member = get_object_or_404(
        Member.objects.select_related("user"), team=request.team, user=_uuid(request.POST.get("user", ""))
    )
    given = request.POST.get("level", "")
    if given not in ("", *Level):
        return _answer(request, flow, trouble="Choose among view, run and edit.")
    try:
        grant(flow, member, Level(given) if given else None, request.member)
    except ShutOut as refused:
        return _answer(request, flow, trouble=str(refused))
    return _answer(request, flow)


@require_POST
@needs(Ability.SHARE)
def links(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """A new link; its address is in this answer only."""
    flow = flow_for(request.member, flow_id, Ability.SHARE)
    days = request.POST.get("days", "7")
    try:
        link, secret = linking.make(
            flow,
            request.member,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
            draft=request.POST.get("shows") == "draft",
            password=request.POST.get("password", ""),
        )
    except linking.NoLink as refused:
        return _answer(request, flow, trouble=str(refused))
    address = request.build_absolute_uri(reverse("shared", kwargs={"secret": secret}))
    return _answer(request, flow, fresh=address, fresh_id=link.pk)


@require_POST
@needs(Ability.SHARE)
def revoke(request: TeamRequest, flow_id: UUID, link_id: UUID) -> HttpResponse:
    flow = flow_for(request.member, flow_id, Ability.SHARE)
    linking.revoke(get_object_or_404(ShareLink.objects.select_related("flow", "maker"), flow=flow, pk=link_id))
    return _answer(request, flow)


@require_POST
@needs(Ability.ADMINISTER)
def allow(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Whether links work in the whole team."""
    flow = flow_for(request.member, flow_id, Ability.SHARE)
    linking.allow(request.team, request.POST.get("on") == "true")
    return _answer(request, flow)


def _answer(request: TeamRequest, flow: Flow, trouble: str = "", **more: Any) -> HttpResponse:
    """The dialog as it is now: the fragment for htmx, else the page; after a plain form back to the page, but for news in the answer."""
    fragment = bool(request.headers.get("HX-Request"))
    if request.method == "POST" and not fragment and not trouble and not more:
        return redirect("sharing:page", team=request.team.slug, flow_id=flow.pk)
    shown = list(linking.live(flow).select_related("maker", "flow__team", "flow__published").order_by("-created_at"))
    context = {
        "flow": flow,
        "people": _people(request, flow),
        "links": [(link, linking.works(link)) for link in shown],
        "days": DAYS,
        "levels": WORDS.items(),
        "trouble": trouble,
        **more,
    }
    template = "sharing/_share.html" if fragment else "sharing/page.html"
    return render(request, template, context, status=422 if trouble else 200)


def _people(request: TeamRequest, flow: Flow) -> list[Person]:
    granted = {user: Level(level) for user, level in FlowGrant.objects.filter(flow=flow).values_list("user", "level")}
    members = Member.objects.filter(team=request.team).select_related("user")
    found = [
        Person(
            member, member.user_id == request.user.pk, _choices(member, granted.get(member.user_id), flow.restricted)
        )
        for member in members
    ]
    return sorted(found, key=lambda each: (-RANK[Role(each.member.role)], str(each.member.user).casefold()))


def _choices(member: Member, level: Level | None, restricted: bool) -> list[tuple[str, str, bool]]:
    """The levels that change something for this person, and none."""
    if sees_all(member.role):
        return []
    nothing = "no access" if restricted else _by_role(member.role)
    found = [("", nothing, level is None)]
    for each, words in WORDS.items():
        adds = restricted or not LEVELS[each] <= of_role(member.role) or each is level
        if adds:
            found.append((each.value, words, each is level))
    return found


def _by_role(role: str) -> str:
    """What a role may do with a flow of the whole team, as the list says it."""
    abilities = abilities_of(role, None, False)
    best = max((level for level in Level if LEVELS[level] <= abilities), key=list(Level).index)
    return f"as {role}: {WORDS[best]}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
