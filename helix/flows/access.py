"""Which flows a member sees, and what they may do with one: every page, call, tool and stream asks here.

The rule itself is pure (helix/teams/sharing.py). Lists leave out what is barred (one short query, none for owners and admins), so that
they keep following their indexes."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from helix.flows.models import Flow, FlowGrant
from helix.teams.models import Member
from helix.teams.roles import Ability
from helix.teams.sharing import LEVELS, Level, abilities_of, of_role, sees_all

Row = TypeVar("Row", bound=models.Model)
Finder = Callable[[Any], UUID | None]
_behind: dict[str, Finder] = {}
"""Parameters of addresses besides `flow_id` that lead to a flow, and how."""


def leads_to_a_flow(parameter: str, find: Finder) -> None:
    """A room above tells how its parameter of an address leads to a flow."""
    _behind[parameter] = find


def abilities_with(member: Member, flow_id: UUID) -> frozenset[Ability] | None:
    """What the member may do with this flow of their team: nothing when they do not see it, None when there is no such flow."""
    grant = FlowGrant.objects.filter(flow=OuterRef("pk"), user=member.user_id).values("level")
    found = (
        Flow.objects.filter(pk=flow_id, team=member.team_id)
        .annotate(granted=Subquery(grant[:1]))
        .values_list("restricted", "granted")
        .first()
    )
    if found is None:
        return None
    restricted, granted = found
    return abilities_of(member.role, Level(granted) if granted else None, restricted)


def of_address(member: Member, given: Mapping[str, Any]) -> frozenset[Ability] | None:
    """What the member may do with the flow that an address is about, for `needs` of helix/teams/access.py."""
    if sees_all(member.role):
        return None  # by their role, as everywhere
    flow_id = given.get("flow_id")
    for name, find in _behind.items():
        if flow_id is None and given.get(name) is not None:
            flow_id = find(given[name])
    return abilities_with(member, flow_id) if flow_id is not None else None


def barred(member: Member, ability: Ability = Ability.SEE) -> list[UUID]:
    """The team's flows for chosen people with which this member may not do that. Asked once for a member that was looked up."""
    if sees_all(member.role):
        return []
    known: list[tuple[UUID, str | None]] | None = getattr(member, "_restricted", None)
    if known is None:
        grant = FlowGrant.objects.filter(flow=OuterRef("pk"), user=member.user_id).values("level")
        flows = Flow.objects.filter(team=member.team_id, restricted=True).annotate(granted=Subquery(grant[:1]))
        known = list(flows.values_list("pk", "granted"))
        member._restricted = known  # type: ignore[attr-defined]
    return [
        pk for pk, level in known if ability not in abilities_of(member.role, Level(level) if level else None, True)
    ]


def visible(member: Member, rows: QuerySet[Row], flow: str = "flow", ability: Ability = Ability.SEE) -> QuerySet[Row]:
    """These rows without those whose flow the member may not see (or do that with). `flow`: the way from a row to its flow."""
    hidden = barred(member, ability)
    return rows.exclude(**{f"{flow}__in": hidden}) if hidden else rows


def flows_for(member: Member, *, deleted: bool = False) -> QuerySet[Flow]:
    """The flows that the member sees; with `deleted` those that were deleted, too, whose runs are still kept."""
    flows = Flow.objects.filter(team=member.team_id)
    return visible(member, flows if deleted else flows.filter(deleted_at=None), "pk")


def flow_for(member: Member, flow_id: UUID, ability: Ability, *, deleted: bool = False) -> Flow:
    """The flow, when the member may do that with it. Hidden or not there: 404; seen, and not allowed: 403."""
    flow = (
        flows_for(member, deleted=deleted).select_related("team", "published", "edited_by").filter(pk=flow_id).first()
    )
    if flow is None:
        raise Http404
    if ability not in (abilities_with(member, flow_id) or ()):
        raise PermissionDenied("What you may do with this flow does not include this; ask who shared it with you.")
    return flow


def let_go(member: Member) -> None:
    """What was granted to this member ends."""
    FlowGrant.objects.filter(flow__team=member.team_id, user=member.user_id).delete()


def ever(member: Member, ability: Ability) -> bool:
    """Whether there is a flow with which the member may do that: by their role, or by a grant."""
    if ability in of_role(member.role):
        return True
    levels = [level for level, given in LEVELS.items() if ability in given]
    return (
        bool(levels)
        and FlowGrant.objects.filter(flow__team=member.team_id, user=member.user_id, level__in=levels).exists()
    )
