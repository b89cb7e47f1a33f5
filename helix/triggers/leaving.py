"""Flows that leave the shelf and come back: why one cannot be deleted now, deleting, bringing back, and a copy of one."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.models import Run
from helix.engine.states import LIVE_RUN_STATES
from helix.flows.drafts import create_flow, tidy_name
from helix.flows.finding import shelf
from helix.flows.gist import renew
from helix.flows.models import Flow, FlowGrant, Gist
from helix.teams.models import Team, User
from helix.teams.sharing import Level
from helix.triggers.arming import arm
from helix.triggers.publish import delete_flow

MOST_NAMED = 3


class StillNeeded(Exception):
    """The flow cannot be deleted now; the text says why and what to do."""


def reasons_to_stay(team: Team, ids: Collection[UUID], *, runs_may_finish: bool = False) -> dict[UUID, str]:
    """Of these flows those that cannot be deleted together now, and why: runs under way (unless they may finish), or a flow that
    stays and calls it. Three queries however many there are."""
    renew(team)
    found: dict[UUID, str] = {}
    if not runs_may_finish:
        live = Run.objects.filter(team=team, flow__in=list(ids), state__in=LIVE_RUN_STATES)
        for flow, runs in live.order_by().values_list("flow").annotate(runs=Count("pk")):
            words = "One run is" if runs == 1 else f"{runs} runs are"
            found[flow] = f"{words} under way. Wait for the end, or cancel {'it' if runs == 1 else 'them'} first."
    callers: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    gists = Gist.objects.filter(flow__in=shelf(team)).exclude(calls="").order_by("flow__name")
    for pk, name, restricted, calls in gists.values_list("flow", "flow__name", "flow__restricted", "calls"):
        for called in calls.split():
            callers[called].append((pk, "a flow for chosen people" if restricted else f"“{name}”"))
    going, before = set(ids) - set(found), -1
    while len(going) != before:  # a flow that stays keeps those that it calls
        before = len(going)
        for flow in list(going):
            if names := [name for pk, name in callers[str(flow)] if pk not in going]:
                found[flow] = f"Used by {_listed(names)} as a step. Take that step out first."
        going -= set(found)
    return found


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown


def take_away(flow: Flow) -> None:
    """Delete the flow, which can be brought back for 30 days; its runs finish. StillNeeded when another flow calls it."""
    if reason := reasons_to_stay(flow.team, [flow.pk], runs_may_finish=True).get(flow.pk):
        raise StillNeeded(f"“{flow.name}” is not deleted. {reason}")
    delete_flow(flow)


def bring_back(flow: Flow) -> None:
    """Put a deleted flow on the shelf again, switched off."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(pk=flow.pk)
        if flow.deleted_at is None:
            return
        flow.deleted_at = None
        flow.save(update_fields=["deleted_at"])
        arm(flow)
        noted(flow.team_id, Act.BROUGHT_BACK, flow)


def duplicate(flow: Flow, by: User | None) -> Flow:
    """A copy of the draft beside it, switched off, in the same folder, with the same tags; its runs and versions are its own.
    The copy of a flow for chosen people is for whoever made it."""
    with transaction.atomic():
        name = tidy_name(f"{flow.name[:190]} (copy)")
        copy = create_flow(flow.team, name, flow.draft, by)
        copy.folder_id = flow.folder_id
        copy.restricted = flow.restricted
        copy.save(update_fields=["folder", "restricted"])
        if flow.restricted and by is not None:
            FlowGrant.objects.create(flow=copy, user=by, level=Level.EDIT, by=by)
        copy.tags.set(flow.tags.all())
        return copy
