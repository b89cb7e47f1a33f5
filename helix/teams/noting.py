"""What the room of people tells the audit log by itself: who came in, who was refused, and every change of a membership."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save

from helix.audit.actors import acting, actor, of_user
from helix.audit.acts import Act
from helix.audit.middleware import address_of
from helix.audit.noting import noted
from helix.teams.models import Member, User

WAYS = {"password": "password", "mfa": "second factor", "link": "a sign-in link", "invitation": "an invitation"}


def listen() -> None:
    """Begin to note. The signals are Django's own, so any way to sign in is covered."""
    user_logged_in.connect(_came_in, dispatch_uid="audit-in")
    user_login_failed.connect(_refused, dispatch_uid="audit-refused")
    authentication_failed.connect(_wrong_code, dispatch_uid="audit-wrong-code")
    pre_save.connect(_remember, sender=Member, dispatch_uid="audit-role-before")
    post_save.connect(_placed, sender=Member, dispatch_uid="audit-role")
    post_delete.connect(_removed, sender=Member, dispatch_uid="audit-member-gone")


def _teams_of(user: User | None) -> list[Any]:
    """Where an act of the door belongs: in each team of the person; in the installation's own chain when there is none."""
    found = Member.objects.filter(user=user).values_list("team_id", flat=True) if user is not None else ()
    return list(found) or [None]


def noted_of(user: User, act: Act, *, name: str = "", before: str = "", after: str = "") -> None:
    """Note an act that concerns a person: in each of their teams, whose admins must know; without a team, in the installation's chain."""
    with transaction.atomic():
        for team in _teams_of(user):
            noted(team, act, user, name=name or user.email, before=before, after=after)


def _came_in(sender: Any, request: Any, user: User, **more: Any) -> None:
    ways = [str(each.get("method", "")) for each in get_authentication_records(request, user)]
    words = " and ".join(dict.fromkeys(WAYS[way] for way in ways if way in WAYS))
    with acting(of_user(user, address_of(request) if request is not None else "")), transaction.atomic():
        for team in _teams_of(user):
            noted(team, Act.SIGNED_IN, user, after=f"by {words}" if words else "")


def _refused(sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any) -> None:
    """A wrong password; whoever tried is not known, so the address that was tried is what it was done to."""
    tried = str(credentials.get("username") or credentials.get("email") or "")[:254]
    user = User.objects.filter(email=tried.strip().lower()).first()
    address = address_of(request) if request is not None else actor().address
    with acting(of_user(None, address)), transaction.atomic():
        for team in _teams_of(user):
            noted(team, Act.SIGN_IN_REFUSED, user, kind="user", name=tried, after="wrong password")


def _wrong_code(sender: Any, request: Any, user: User, reauthentication: bool = False, **more: Any) -> None:
    with acting(of_user(user if reauthentication else None, address_of(request))):
        noted_of(user, Act.SIGN_IN_REFUSED, after="wrong code of the second factor")


def _remember(sender: type[Member], instance: Member, **more: Any) -> None:
    old = Member.objects.filter(pk=instance.pk).values_list("role", flat=True).first() if instance.pk else None
    instance._role_before = old  # type: ignore[attr-defined]


def _placed(sender: type[Member], instance: Member, created: bool, **more: Any) -> None:
    before = getattr(instance, "_role_before", None)
    user = instance.user
    if created:
        noted(instance.team_id, Act.MEMBER_ADDED, user, name=user.email, after=str(instance.role))
    elif before != instance.role:
        noted(
            instance.team_id,
            Act.ROLE_CHANGED,
            user,
            name=user.email,
            before=str(before or ""),
            after=str(instance.role),
        )


def _removed(sender: type[Member], instance: Member, **more: Any) -> None:
    noted(
        instance.team_id, Act.MEMBER_REMOVED, kind="user", pk=str(instance.user_id), name=instance.user.email,
        before=str(instance.role),
    )  # fmt: skip
