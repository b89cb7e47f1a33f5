"""What became of planned starts, the newest first, and a missed one made up for by hand."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from helix.engine.models import Run
from helix.engine.pauses import why_paused
from helix.engine.plans import plan_of
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.models import Flow
from helix.teams.models import Team, User
from helix.triggers.models import Schedule, ScheduleFire

PAGE = 50
OPEN = ("missed", "skipped")
"""Outcomes after which a person may begin the run by hand."""


class NotMadeUp(Exception):
    """This start cannot be made up for; the text says why."""


@dataclass(frozen=True)
class Page:
    """Rows of the ledger; `older` begins the next page, "" when there is none."""

    rows: list[ScheduleFire]
    older: str


def ledger(team: Team, flow: Flow | None, kind: str, before: str) -> Page:
    """A page of the ledger. `kind`: "" for all, "trouble" for what did not start in time; `before`: as `older` said."""
    found: QuerySet[ScheduleFire] = ScheduleFire.objects.filter(schedule__flow__team=team)
    if flow is not None:
        found = found.filter(schedule__flow=flow)
    if kind == "trouble":
        found = found.exclude(outcome="fired")
    moment, _, last = before.partition("~")
    try:
        edge = datetime.fromisoformat(moment) if moment else None
        if edge is not None and edge.tzinfo is not None:
            found = found.filter(Q(fire_at__lt=edge) | Q(fire_at=edge, pk__lt=int(last)))
    except (ValueError, OverflowError):
        pass  # no page of ours: the newest
    related = found.select_related("schedule__flow", "run").defer("schedule__flow__draft", "schedule__flow__problems")
    rows = list(related.order_by("-fire_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, f"{rows[-1].fire_at.isoformat()}~{rows[-1].pk}" if more else "")


def make_up(fire: ScheduleFire, by: User) -> Run:
    """Begin the run that did not begin, once: whoever asks again gets the same run."""
    if paused := why_paused(fire.schedule.flow.team_id):
        raise NotMadeUp(paused)
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(of=("self",)).select_related("flow__published").get(pk=fire.schedule_id)
        )
        fire = ScheduleFire.objects.select_related("run").get(pk=fire.pk)
        if fire.run is not None:
            return fire.run
        if fire.outcome not in OPEN:
            raise NotMadeUp("This start waits or has begun; there is nothing to make up for.")
        version = schedule.flow.published
        if version is None or schedule.flow.deleted_at is not None:
            raise NotMadeUp("The flow was deleted, so this start cannot be made up for.")
        if schedule.node not in plan_of(version.id).triggers:
            raise NotMadeUp("The published version has no such schedule any more. Run the flow by hand instead.")
        now = timezone.now()
        payload = {"fired_at": now.isoformat(), "scheduled_for": fire.fire_at.isoformat()}
        key = f"{schedule.node}@{fire.fire_at.isoformat()}"
        fire.run = start(version, cause=Cause.SCHEDULE, key=key, payload=payload, by=by, entry=schedule.node)
        fire.outcome, fire.note = "late", f"{fire.note} Begun by hand by {by}.".strip()
        fire.save(update_fields=["run", "outcome", "note"])
        return fire.run
