"""Team, Invitations: invite by e-mail, send again, withdraw. The link is shown once, in the answer that made it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from helix.people.forms import InviteForm
from helix.people.mailing import link_of, tell
from helix.teams import invitations
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Invitation
from helix.teams.places import Refused
from helix.teams.roles import IN_WORDS, Ability
from helix.teams.rules import roles_to_give, why_not_give
from helix.teams.sudo import confirmed_to_change


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
@confirmed_to_change
def page(request: TeamRequest) -> HttpResponse:
    """Who is invited; and the form that invites."""
    if request.method == "GET":
        return _page(request, InviteForm(initial={"role": "editor"}))
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        made, key = invitations.invite(
            request.team, request.user, request.member.role, form.cleaned_data["email"], form.cleaned_data["role"]
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, form, status=422)
    return _made(request, made, key)


@require_POST
@needs(Ability.ADMINISTER)
def again(request: TeamRequest, invitation_id: UUID) -> HttpResponse:
    """A new link in the place of the one before."""
    found = get_object_or_404(Invitation, team=request.team, pk=invitation_id)
    try:
        key = invitations.renew(found, request.user, request.member.role)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("people:invitations", team=request.team.slug)
    found.refresh_from_db()
    return _made(request, found, key)


@require_POST
@needs(Ability.ADMINISTER)
def withdraw(request: TeamRequest, invitation_id: UUID) -> HttpResponse:
    """The link opens nothing from now on."""
    found = get_object_or_404(Invitation, team=request.team, pk=invitation_id)
    try:
        gone = invitations.withdraw(found, request.member.role)
        words = f"The invitation of {found.email} is withdrawn; its link opens nothing any more."
        messages.success(request, words if gone else f"The invitation of {found.email} was over already.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("people:invitations", team=request.team.slug)


def _made(request: TeamRequest, made: Invitation, key: str) -> HttpResponse:
    link = link_of(key)
    went, words = tell(made, link)
    return _page(request, InviteForm(initial={"role": made.role}), made=made, link=link, went=went, words=words)


def _page(request: TeamRequest, form: InviteForm, status: int = 200, **more: object) -> HttpResponse:
    now, mine = timezone.now(), request.member.role
    page = {
        "section": "invitations",
        "form": form,
        "chosen": form["role"].value(),
        "rows": [
            (one, one.expires_at <= now, not why_not_give(mine, one.role)) for one in invitations.waiting(request.team)
        ],
        "roles": [(role, IN_WORDS[role]) for role in roles_to_give(mine)],
        **more,
    }
    return render(request, "people/invitations.html", page, status=status)
