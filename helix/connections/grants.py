"""Who may build with a connection: everybody who may edit, or chosen members. Whoever manages keys always may.

A limited connection is not offered to others, and they cannot publish or test a draft that names it. Published versions run on:
what they do was allowed by whoever published them.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections.models import Connection
from helix.teams.models import Member, Team, User
from helix.teams.roles import RANK, Ability, Role, may

WITHHELD = "The connection “{name}” is limited to chosen members, and you are not among them."
ASK = "Choose another connection, or ask an admin of the team to add you under Connections."


def withheld_from(team: Team, by: User | None) -> frozenset[str]:
    """Names of the connections that this person may not build with. Nobody (a command, a duty) is held back by nothing."""
    if by is None:
        return frozenset()
    limited = Connection.objects.filter(team=team, limited=True)
    if not limited.exists():
        return frozenset()
    role = Member.objects.filter(team=team, user=by).values_list("role", flat=True).first()
    if role is not None and may(role, Ability.CONNECT):
        return frozenset()
    return frozenset(limited.exclude(granted=by).values_list("name", flat=True))


def candidates(team: Team) -> list[Member]:
    """Members for whom a limit makes a difference: those who edit, and do not manage keys."""
    editors = [role for role in Role if RANK[role] >= RANK[Role.EDITOR] and not may(role, Ability.CONNECT)]
    return list(Member.objects.filter(team=team, role__in=editors).select_related("user").order_by("user__email"))


def set_grants(connection: Connection, *, limited: bool, members: Collection[UUID] = ()) -> None:
    """Limit the connection to these members, or open it to all who edit. Others than the team's members are passed over."""
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        before, locked.limited = in_words(locked), limited
        locked.save(update_fields=["limited", "updated_at"])
        chosen = User.objects.filter(memberships__team_id=locked.team_id, pk__in=list(members))
        locked.granted.set(list(chosen) if limited else [])
        noted(locked.team_id, Act.GRANTED, locked, before=before, after=in_words(locked))
    connection.refresh_from_db()


def let_go(member: Member) -> None:
    """What was granted to this member ends."""
    Connection.granted.through.objects.filter(connection__team=member.team_id, user=member.user_id).delete()


def in_words(connection: Connection) -> str:
    """Who may build with it, as a sentence's end."""
    if not connection.limited:
        return "everybody who edits flows"
    names = sorted(str(user) for user in connection.granted.all())
    return ", ".join(["admins", *names])
