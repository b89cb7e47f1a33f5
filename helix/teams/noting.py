"""What the room of people tells the audit log by itself: who came in, who was refused, and every change of a membership."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_delete, post_save, pre_save

from helix.audit.actors import acting, actor, of_user
from helix.audit.acts import Act
from helix.audit.middleware import address_of
from helix.audit.noting import noted
from helix.teams.models import Member, User


def listen() -> None:
    """Begin to note. The signals are Django's own, so any way to sign in is covered."""
    user_logged_in.connect(_came_in, dispatch_uid="audit-in")
    user_login_failed.connect(_refused, dispatch_uid="audit-refused")
    pre_save.connect(_remember, sender=Member, dispatch_uid="audit-role-before")
    post_save.connect(_placed, sender=Member, dispatch_uid="audit-role")
    post_delete.connect(_removed, sender=Member, dispatch_uid="audit-member-gone")


def _teams_of(user: User | None) -> list[Any]:
    """Where an act of the door belongs: in each team of the person; in the installation's own chain when there is none."""
    found = Member.objects.filter(user=user).values_list("team_id", flat=True) if user is not None else ()
    return list(found) or [None]


def _came_in(sender: Any, request: Any, user: User, **more: Any) -> None:
    with acting(of_user(user, address_of(request) if request is not None else "")):
        for team in _teams_of(user):
            noted(team, Act.SIGNED_IN, user)


def _refused(sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any) -> None:
    """A wrong password; whoever tried is not known, so the address that was tried is what it was done to."""
    tried = str(credentials.get("username") or credentials.get("email") or "")[:254]
    user = User.objects.filter(email=tried.strip().lower()).first()
    address = address_of(request) if request is not None else actor().address
    with acting(of_user(None, address)):
        for team in _teams_of(user):
            noted(team, Act.SIGN_IN_REFUSED, user, kind="user", name=tried, after="wrong password")


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
