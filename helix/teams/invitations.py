"""Invitations: made, renewed, withdrawn, and accepted once. Only a SHA-256 digest of the key is stored.

An invitation dies after seven days, when it was used or withdrawn, and when its maker may not give that role any more.
`accept` and `enrol` are the only ways in; pages of any kind of sign-in call them.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from helix.audit.actors import acting, of_user
from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.teams.keys import digest
from helix.teams.models import Invitation, Member, Team, User
from helix.teams.places import Refused
from helix.teams.roles import Role
from helix.teams.rules import why_not_give

LIFE = timedelta(days=7)
MOST_OPEN = 200
"""Invitations that wait at a time in one team."""


class Gone(Exception):
    """The link opens nothing: unknown, used, withdrawn, too old, or its maker may not give the role any more."""


def waiting(team: Team) -> "list[Invitation]":
    """Invitations that nobody has answered, newest first; those that have run out as well."""
    found = Invitation.objects.filter(team=team, used_at=None, withdrawn_at=None).select_related("inviter")
    return list(found.order_by("-created_at", "-id")[: MOST_OPEN * 2])


def invite(team: Team, by: User, mine: str, email: str, role: str) -> tuple[Invitation, str]:
    """A new invitation and its key, shown once. An earlier one for the same address ends."""
    email = email.strip().lower()
    if reason := why_not_give(mine, role):
        raise Refused(reason)
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        if Member.objects.filter(team=team, user__email=email).exists():
            raise Refused(f"{email} is a member of this team already. Change the role in the list of members.")
        now = timezone.now()
        open_ones = Invitation.objects.filter(team=team, used_at=None, withdrawn_at=None)
        open_ones.filter(email=email).update(withdrawn_at=now)
        if open_ones.filter(expires_at__gt=now).count() >= MOST_OPEN:
            raise Refused(f"{MOST_OPEN} invitations wait for an answer already. Withdraw some first.")
        key = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            team=team, inviter=by, email=email, role=Role(role), digest=digest(key), expires_at=now + LIFE
        )
        noted(team.pk, Act.INVITED, made, name=email, after=f"role {role}")
    return made, key


def renew(invitation: Invitation, by: User, mine: str) -> str:
    """A new key and seven more days; the link sent before opens nothing any more."""
    if reason := why_not_give(mine, invitation.role):
        raise Refused(reason)
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        still = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
        if not still.update(digest=digest(key), expires_at=timezone.now() + LIFE, inviter=by):
            raise Refused("This invitation was answered or withdrawn meanwhile. Invite again.")
        noted(
            invitation.team_id, Act.INVITED, invitation, name=invitation.email, after=f"role {invitation.role}, again"
        )
    return key


def withdraw(invitation: Invitation, mine: str) -> bool:
    """The link opens nothing from now on; False when it was over before."""
    if reason := why_not_give(mine, invitation.role):
        raise Refused(reason)
    with transaction.atomic():
        still = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
        if not still.update(withdrawn_at=timezone.now()):
            return False
        noted(
            invitation.team_id, Act.INVITATION_WITHDRAWN, invitation, name=invitation.email,
            before=f"role {invitation.role}",
        )  # fmt: skip
    return True


def find(key: str) -> Invitation:
    """The invitation that this key opens now, or Gone. Looking uses nothing up."""
    found = (
        Invitation.objects.select_related("team", "inviter")
        .filter(digest=digest(key), used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if found is None or found.team.closing_at is not None:
        raise Gone
    place = Member.objects.filter(team=found.team, user=found.inviter, user__is_active=True).first()
    if place is None or why_not_give(place.role, found.role):
        raise Gone
    return found


def accept(key: str, user: User, address: str = "") -> Member:
    """The person joins with the role of the invitation, once. Gone; Refused when it was sent to another address."""
    with transaction.atomic():
        found = find(key)
        if user.email.lower() != found.email:
            raise Refused("This invitation was sent to another e-mail address than the one you are signed in with.")
        if not Invitation.objects.filter(pk=found.pk, used_at=None, withdrawn_at=None).update(used_at=timezone.now()):
            raise Gone
        with acting(of_user(user, address)):
            member, _ = Member.objects.get_or_create(team=found.team, user=user, defaults={"role": found.role})
            noted(found.team_id, Act.INVITATION_ACCEPTED, found, name=found.email, after=f"role {member.role}")
    return member


def enrol(key: str, *, name: str, password: str, timezone_name: str, address: str = "") -> User:
    """A new person with the address of the invitation comes in. Refused when there is one with it: they sign in instead."""
    with transaction.atomic():
        found = find(key)
        if User.objects.filter(email=found.email).exists():
            raise Refused("There is an account with this address. Sign in with it, then open the link again.")
        user = User.objects.create_user(found.email, password, name=name, timezone=timezone_name)
        accept(key, user, address)
    return user


def withdraw_all(team: Team) -> None:
    """Nobody can join any more: the team is being deleted."""
    Invitation.objects.filter(team=team, used_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
