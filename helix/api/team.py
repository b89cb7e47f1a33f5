"""The team behind a token, its members, and its tokens, over the REST API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.shapes import MemberOut, TeamOut, TokenIn, TokenMade, TokenOut
from helix.teams.keys import digest, make_token, revoke_token
from helix.teams.models import ApiToken, Member
from helix.teams.roles import RANK, Ability

router = Router(tags=["team"])


def tokens(request: ApiRequest) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(team=request.auth.team).order_by("-created_at", "-id")


def row(token: ApiToken) -> dict[str, Any]:
    names = ("id", "name", "role", "last4", "created_at", "expires_at", "used_at", "revoked_at")
    return {name: getattr(token, name) for name in names}


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
    return [{"id": each.user.id, "name": str(each.user), "email": each.user.email, "role": each.role} for each in found]


@router.get("/tokens", response=list[TokenOut])
def list_tokens(request: ApiRequest) -> list[dict[str, Any]]:
    """The team's tokens, newest first; a token itself is shown once, when it is made."""
    request.auth.must(Ability.ADMINISTER)
    return [row(token) for token in tokens(request)[:1000]]


@router.post("/tokens", response={201: TokenMade})
def create(request: ApiRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """A new token, good for 90 days. Its role is never above that of the token that makes it."""
    request.auth.must(Ability.ADMINISTER)
    if RANK[body.role] > RANK[request.auth.role]:
        words = f"A token of role {request.auth.role} makes none of role {body.role}."
        raise ApiError(403, "forbidden", words, "Choose a role no higher than your own.", "/role")
    key = make_token(request.auth.team, request.auth.user, body.role, body.name)
    return Status(201, {**row(get_object_or_404(tokens(request), digest=digest(key))), "token": key})


@router.delete("/tokens/{uuid:token_id}", response={204: None})
def revoke(request: ApiRequest, token_id: UUID) -> Status[None]:
    """The token opens nothing from now on."""
    request.auth.must(Ability.ADMINISTER)
    revoke_token(get_object_or_404(tokens(request), pk=token_id))
    return Status(204, None)
