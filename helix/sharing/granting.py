"""Saying who sees a flow: the whole team or chosen people, and what each of them may do with it."""

from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.models import Flow, FlowGrant
from helix.teams.models import Member
from helix.teams.sharing import Level, sees_all

WHO = {False: "the whole team", True: "chosen people"}


class ShutOut(Exception):
    """The change would take the flow away from the one who makes it."""

    def __init__(self) -> None:
        super().__init__("You would shut yourself out of this flow. An admin of the team can do that for you.")


def restrict(flow: Flow, on: bool, by: Member) -> bool:
    """For chosen people only, or for the whole team again; whoever restricts it keeps it. False when it was so already."""
    with transaction.atomic():
        if not Flow.objects.filter(pk=flow.pk, restricted=not on).update(restricted=on):
            return False
        if on and not sees_all(by.role):
            FlowGrant.objects.update_or_create(
                flow=flow, user=by.user, defaults={"level": Level.EDIT.value, "by": by.user}
            )
        flow.restricted = on
        noted(flow.team_id, Act.SHARED, flow, before=WHO[not on], after=WHO[on])
    return True


def grant(flow: Flow, member: Member, level: Level | None, by: Member) -> bool:
    """What this person of the team is granted on the flow from now on; None takes it away. False when it was so already."""
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)
        held = FlowGrant.objects.filter(flow=flow, user=member.user_id).first()
        before = held.level if held else ""
        if before == (level or ""):
            return False
        if member.user_id == by.user_id and flow.restricted and level is not Level.EDIT and not sees_all(by.role):
            raise ShutOut
        if level is None:
            FlowGrant.objects.filter(flow=flow, user=member.user_id).delete()
        else:
            FlowGrant.objects.update_or_create(
                flow=flow, user=member.user, defaults={"level": level.value, "by": by.user}
            )
        act = Act.SHARED if level else Act.UNSHARED
        noted(flow.team_id, act, flow, before=_words(member, before), after=_words(member, level or ""))
    return True


def _words(member: Member, level: str) -> str:
    return f"{member.user}: {level or 'nothing of their own'}"
