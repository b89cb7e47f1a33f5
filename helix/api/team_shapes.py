"""Shapes of the REST API that are about a team: its members, invitations and tokens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import AfterValidator, Field

from helix.teams.roles import Role


def an_address(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError:
        raise ValueError("This is no e-mail address. Write it like ada@example.com.") from None
    return text.strip()


Address = Annotated[str, AfterValidator(an_address)]


class TeamOut(Schema):
    id: UUID
    slug: str
    name: str
    role: Role


class MemberOut(Schema):
    id: UUID
    name: str
    email: str
    role: Role
    since: datetime


class RoleIn(Schema):
    role: Role


class InvitationIn(Schema):
    email: Address = Field(max_length=254, examples=["ada@example.com"])
    role: Role = Role.EDITOR


class InvitationOut(Schema):
    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


class InvitationMade(InvitationOut):
    link: str = Field(description="Shown this once; it works once.")
    mailed: bool = Field(description="Whether a letter with the link was sent.")


class TokenIn(Schema):
    name: str = Field(min_length=1, max_length=120, examples=["deploy"])
    role: Role = Role.OPERATOR
    days: int = Field(default=90, ge=1, le=365, description="For how long it works.")


class TokenOut(Schema):
    id: UUID
    name: str
    role: Role
    last4: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    token: str = Field(description="Shown this once.")
