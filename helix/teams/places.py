"""Places in a team: change a role, remove, leave, hand the ownership over. The rules are those of rules.py.

Every act locks the team's row, so that two owners cannot demote each other at once. Members are saved one by one:
the audit log hears of them by signals.
"""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from helix.teams.keys import revoke_token
from helix.teams.models import ApiToken, Invitation, Member, Team, User
from helix.teams.roles import Role
from helix.teams.rules import why_not_change, why_not_leave, why_not_remove


class Refused(Exception):
    """An act that the rules do not allow; its words are for the person."""


def change_role(team: Team, mine: str, user_id: UUID, role: str) -> Member:
    """Give a member another role, as somebody of the role `mine`. Refused with the reason; Member.DoesNotExist."""
    with transaction.atomic():
        owners = _owners(team)
        member = _place(team, user_id)
        if reason := why_not_change(mine, member.role, role, owners):
            raise Refused(reason)
        if member.role != role:
            member.role = Role(role)
            member.save(update_fields=["role"])
        return member


def remove(team: Team, mine: str, user_id: UUID) -> User:
    """Take a member out of the team; their API tokens and open invitations end with it."""
    with transaction.atomic():
        owners = _owners(team)
        member = _place(team, user_id)
        if reason := why_not_remove(mine, member.role, owners):
            raise Refused(reason)
        return _end(member)


def leave(team: Team, user: User) -> None:
    """A person leaves by themselves."""
    with transaction.atomic():
        owners = _owners(team)
        member = _place(team, user.pk)
        if reason := why_not_leave(member.role, owners):
            raise Refused(reason)
        _end(member)


def hand_over(team: Team, user: User, user_id: UUID) -> Member:
    """An owner makes another member the owner and stays as an admin."""
    with transaction.atomic():
        _owners(team)
        giver, taker = _place(team, user.pk), _place(team, user_id)
        if giver.role != Role.OWNER:
            raise Refused("Only an owner hands the team over.")
        if giver.pk == taker.pk:
            raise Refused("You own this team already. Choose another member.")
        for member, role in ((taker, Role.OWNER), (giver, Role.ADMIN)):
            if member.role != role:
                member.role = role
                member.save(update_fields=["role"])
        return taker


def end_all(team: Team) -> None:
    """Every place in a team that is being deleted ends, with all keys."""
    for member in Member.objects.filter(team=team).select_related("user", "team"):
        _end(member)
    for token in ApiToken.objects.filter(team=team, revoked_at=None):
        revoke_token(token)


_letting_go: list[Callable[[Member], None]] = []


def when_they_leave(let_go: Callable[[Member], None]) -> None:
    """A room above tells what else ends with somebody's place, in the same transaction: what they were granted would come back
    if they were invited again."""
    _letting_go.append(let_go)


def _end(member: Member) -> User:
    for token in ApiToken.objects.filter(team=member.team_id, maker=member.user_id, revoked_at=None):
        revoke_token(token)
    Invitation.objects.filter(
        team=member.team_id, inviter=member.user_id, used_at=None, withdrawn_at=None
    ).update(withdrawn_at=timezone.now())  # fmt: skip
    user = member.user
    for let_go in _letting_go:
        let_go(member)
    member.delete()
    return user


def _owners(team: Team) -> int:
    """How many owners the team has; its row is locked until the transaction is over."""
    Team.objects.select_for_update().get(pk=team.pk)
    return Member.objects.filter(team=team, role=Role.OWNER).count()


def _place(team: Team, user_id: UUID) -> Member:
    return Member.objects.select_related("user", "team").get(team=team, user=user_id)
