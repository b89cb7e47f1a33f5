"""Keys that open the door: sign-in links that work once, and API tokens. Only SHA-256 digests are stored."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.teams.models import ApiToken, SignInLink, Team, User
from helix.teams.roles import Role

LINK_LIFE = timedelta(hours=12)
TOKEN_LIFE = timedelta(days=90)


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def make_link(user: User) -> str:
    """A new sign-in key for this person, good once and for twelve hours."""
    key = secrets.token_urlsafe(32)
    SignInLink.objects.create(digest=digest(key), user=user, expires_at=timezone.now() + LINK_LIFE)
    return key


def use_link(key: str) -> User | None:
    """The person whom the key signs in, or None when it is unknown, old or used."""
    now = timezone.now()
    link = (
        SignInLink.objects.filter(digest=digest(key), used_at=None, expires_at__gt=now).select_related("user").first()
    )
    if link is None or not link.user.is_active:
        return None
    return link.user if SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now) else None


def make_token(team: Team, maker: User, role: Role, name: str) -> str:
    """A new API token of the team (`hlx_…`), shown once; it expires after 90 days."""
    key = f"hlx_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            team=team,
            maker=maker,
            role=role,
            name=name,
            digest=digest(key),
            last4=key[-4:],
            expires_at=timezone.now() + TOKEN_LIFE,
        )
        noted(team.pk, Act.TOKEN_MADE, token, name=f"{name} (…{token.last4})", after=f"role {role}")
    return key


def revoke_token(token: ApiToken) -> bool:
    """The token opens nothing from now on; False when it was revoked before."""
    with transaction.atomic():
        live = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
        if not live.update(revoked_at=timezone.now()):
            return False
        noted(
            token.team_id, Act.TOKEN_REVOKED, token, name=f"{token.name} (…{token.last4})", before=f"role {token.role}"
        )
    return True


def read_token(key: str) -> ApiToken | None:
    """The live token with this key, or None."""
    token = (
        ApiToken.objects.select_related("team", "maker")
        .filter(digest=digest(key), revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if token is not None:
        ApiToken.objects.filter(pk=token.pk).update(used_at=timezone.now())
    return token
