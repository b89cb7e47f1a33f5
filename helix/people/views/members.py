"""Team, Members: who belongs to the team, in which role; change, remove, leave, and the list as a file."""

import csv
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.people.forms import RoleForm
from helix.teams import places
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Member
from helix.teams.roles import IN_WORDS, RANK, Ability, Role
from helix.teams.rules import roles_to_give, why_not_change, why_not_leave, why_not_remove
from helix.teams.sudo import confirmed

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
@needs(Ability.SEE)
def members(request: TeamRequest) -> HttpResponse:
    """The list; what the viewer may not do is not offered."""
    found = sorted(
        Member.objects.filter(team=request.team).select_related("user"),
        key=lambda each: (-RANK[Role(each.role)], str(each.user).lower()),
    )
    owners = sum(each.role == Role.OWNER for each in found)
    mine = request.member.role
    page = {
        "section": "members",
        "rows": [
            {
                "member": each,
                "words": IN_WORDS[Role(each.role)],
                "changes": each.user_id != request.user.pk
                and any(not why_not_change(mine, each.role, role, owners) for role in Role if role != each.role),
                "removes": each.user_id != request.user.pk and not why_not_remove(mine, each.role, owners),
            }
            for each in found
        ],
        "roles": [(role, IN_WORDS[role]) for role in roles_to_give(mine)],
        "stays": why_not_leave(mine, owners),
    }
    return render(request, "people/members.html", page)


@require_POST
@needs(Ability.ADMINISTER)
@confirmed
def role(request: TeamRequest, user_id: UUID) -> HttpResponse:
    """Give a member another role."""
    theirs = get_object_or_404(Member, team=request.team, user=user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles viewer, operator, editor, admin and owner.")
        return redirect("people:members", team=request.team.slug)
    try:
        member = places.change_role(request.team, request.member.role, theirs.user_id, form.cleaned_data["role"])
        messages.success(request, f"{member.user} is {member.role} from now on.")
    except places.Refused as refused:
        messages.error(request, str(refused))
    return redirect("people:members", team=request.team.slug)


@require_POST
@needs(Ability.ADMINISTER)
@confirmed
def remove(request: TeamRequest, user_id: UUID) -> HttpResponse:
    """Take a member out; their tokens of this team die."""
    theirs = get_object_or_404(Member, team=request.team, user=user_id)
    try:
        user = places.remove(request.team, request.member.role, theirs.user_id)
        messages.success(request, f"{user} is no longer in the team, and the API tokens they made are revoked.")
    except places.Refused as refused:
        messages.error(request, str(refused))
    return redirect("people:members", team=request.team.slug)


@require_POST
@needs(Ability.SEE)
def leave(request: TeamRequest) -> HttpResponse:
    """Leave the team oneself."""
    try:
        places.leave(request.team, request.user)
    except places.Refused as refused:
        messages.error(request, str(refused))
        return redirect("people:members", team=request.team.slug)
    messages.success(request, f"You left {request.team.name}.")
    return redirect("teams:home")


@require_POST
@needs(Ability.ADMINISTER)
@confirmed
def export(request: TeamRequest) -> HttpResponse:
    """The list of members as comma separated values; that it was made is noted."""
    answer = HttpResponse(content_type="text/csv")
    answer["Content-Disposition"] = (
        f'attachment; filename="helix-members-{request.team.slug}-{timezone.now():%Y-%m-%d}.csv"'
    )
    with transaction.atomic():
        sheet = csv.writer(answer)
        sheet.writerow(["name", "email", "role", "since", "last_signed_in"])
        for each in Member.objects.filter(team=request.team).select_related("user").order_by("created_at", "pk"):
            seen = each.user.last_login
            cells = [each.user.name, each.user.email, each.role, each.created_at.isoformat(), seen and seen.isoformat()]
            sheet.writerow([_cell(cell) for cell in cells])
        noted(request.team.pk, Act.MEMBERS_EXPORTED, request.team)
    return answer


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value or "")
    return f"'{text}" if text.startswith(FORMULA) else text
