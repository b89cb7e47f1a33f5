"""The team behind a token, its members, invitations and tokens, over the REST API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.team_shapes import (
    InvitationIn,
    InvitationMade,
    InvitationOut,
    MemberOut,
    RoleIn,
    TeamOut,
    TokenIn,
    TokenMade,
    TokenOut,
)
from helix.people.mailing import link_of, tell
from helix.teams import invitations, places
from helix.teams.keys import digest, make_token, revoke_token
from helix.teams.models import ApiToken, Invitation, Member
from helix.teams.roles import Ability
from helix.teams.rules import why_not_give

router = Router(tags=["team"])


def tokens(request: ApiRequest) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(team=request.auth.team).order_by("-created_at", "-id")


def row(token: ApiToken) -> dict[str, Any]:
    names = ("id", "name", "role", "last4", "created_at", "expires_at", "used_at", "revoked_at")
    return {name: getattr(token, name) for name in names}


def person(place: Member) -> dict[str, Any]:
    user = place.user
    return {"id": user.id, "name": str(user), "email": user.email, "role": place.role, "since": place.created_at}


def told(made: Invitation, key: str) -> dict[str, Any]:
    """An invitation with its link; the letter goes out."""
    link = link_of(key)
    names = ("id", "email", "role", "created_at", "expires_at")
    return {**{name: getattr(made, name) for name in names}, "link": link, "mailed": tell(made, link)[0]}


@contextmanager
def allowed() -> Iterator[None]:
    """What the rules of a team refuse is a 403 with their words."""
    try:
        yield
    except places.Refused as refused:
        hint = "GET /team/members shows who has which role."
        raise ApiError(403, "not_allowed", str(refused), hint) from None


@router.get("/team", response=TeamOut)
def team(request: ApiRequest) -> dict[str, Any]:
    """The team this token opens, and the role it has there."""
    request.auth.must(Ability.SEE)
    mine = request.auth.team
    return {"id": mine.id, "slug": mine.slug, "name": mine.name, "role": request.auth.role}


@router.get("/team/members", response=list[MemberOut])
def members(request: ApiRequest) -> list[dict[str, Any]]:
    request.auth.must(Ability.ADMINISTER)
    found = Member.objects.filter(team=request.auth.team).select_related("user").order_by("created_at", "id")
    return [person(each) for each in found]


@router.patch("/team/members/{uuid:user_id}", response=MemberOut)
def change_member(request: ApiRequest, user_id: UUID, body: RoleIn) -> dict[str, Any]:
    """Another role for a member; never above the token's own, and the last owner stays one."""
    request.auth.must(Ability.ADMINISTER)
    place = get_object_or_404(Member, team=request.auth.team, user=user_id)
    with allowed():
        return person(places.change_role(request.auth.team, request.auth.role, place.user_id, body.role))


@router.delete("/team/members/{uuid:user_id}", response={204: None})
def remove_member(request: ApiRequest, user_id: UUID) -> Status[None]:
    """The member is out at once, and the API tokens they made end."""
    request.auth.must(Ability.ADMINISTER)
    place = get_object_or_404(Member, team=request.auth.team, user=user_id)
    with allowed():
        places.remove(request.auth.team, request.auth.role, place.user_id)
    return Status(204, None)


@router.get("/team/invitations", response=list[InvitationOut])
def list_invitations(request: ApiRequest) -> list[Invitation]:
    """Invitations that nobody has answered, newest first; a link is shown once, when it is made."""
    request.auth.must(Ability.ADMINISTER)
    return invitations.waiting(request.auth.team)


@router.post("/team/invitations", response={201: InvitationMade})
def invite(request: ApiRequest, body: InvitationIn) -> Status[dict[str, Any]]:
    """Invite somebody by e-mail. The link works once and for seven days; a letter goes out when this installation sends mail."""
    request.auth.must(Ability.ADMINISTER)
    caller = request.auth
    with allowed():
        made, key = invitations.invite(caller.team, caller.user, caller.role, body.email, body.role)
    return Status(201, told(made, key))


@router.post("/team/invitations/{uuid:invitation_id}/renew", response=InvitationMade)
def renew(request: ApiRequest, invitation_id: UUID) -> dict[str, Any]:
    """A new link, good for seven days; the one before ends."""
    request.auth.must(Ability.ADMINISTER)
    found = get_object_or_404(Invitation, team=request.auth.team, pk=invitation_id)
    with allowed():
        key = invitations.renew(found, request.auth.user, request.auth.role)
    found.refresh_from_db()
    return told(found, key)


@router.delete("/team/invitations/{uuid:invitation_id}", response={204: None})
def withdraw(request: ApiRequest, invitation_id: UUID) -> Status[None]:
    """The link opens nothing from now on."""
    request.auth.must(Ability.ADMINISTER)
    found = get_object_or_404(Invitation, team=request.auth.team, pk=invitation_id)
    with allowed():
        invitations.withdraw(found, request.auth.role)
    return Status(204, None)


@router.get("/tokens", response=list[TokenOut])
def list_tokens(request: ApiRequest) -> list[dict[str, Any]]:
    """The team's tokens, newest first; a token itself is shown once, when it is made."""
    request.auth.must(Ability.ADMINISTER)
    return [row(token) for token in tokens(request)[:1000]]


@router.post("/tokens", response={201: TokenMade})
def create(request: ApiRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """A new token, good for 90 days or as many as are asked for, a year at most. Its role is never above that of the token that makes it."""
    request.auth.must(Ability.ADMINISTER)
    if why_not_give(request.auth.role, body.role):
        words = f"A token of role {request.auth.role} makes none of role {body.role}."
        raise ApiError(403, "forbidden", words, "Choose a role no higher than your own.", "/role")
    key = make_token(request.auth.team, request.auth.user, body.role, body.name, body.days)
    return Status(201, {**row(get_object_or_404(tokens(request), digest=digest(key))), "token": key})


@router.delete("/tokens/{uuid:token_id}", response={204: None})
def revoke(request: ApiRequest, token_id: UUID) -> Status[None]:
    """The token opens nothing from now on."""
    request.auth.must(Ability.ADMINISTER)
    revoke_token(get_object_or_404(tokens(request), pk=token_id))
    return Status(204, None)
