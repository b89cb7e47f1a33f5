"""The schedule over the REST API: what fired, what did not and why, and what is planned."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Query, Router

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.shapes import FiresOut, SpanIn
from helix.flows.access import visible
from helix.teams.roles import Ability
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.schedules import BadSchedule, firings, timing_of

router = Router(tags=["schedule"])
LONGEST = timedelta(days=366)
MOST = 1000
MOST_OF_ALL = 20_000
BEFORE = timedelta(microseconds=1)


@router.get("/schedule", response=FiresOut)
def schedule(request: ApiRequest, span: Query[SpanIn]) -> dict[str, Any]:
    """Firings between `from` and `to` (the day before and the week to come, left out): at most 1,000, oldest first."""
    request.auth.must(Ability.SEE)
    now = timezone.now()
    first, last = _aware(span.source or now - timedelta(days=1)), _aware(span.to or now + timedelta(days=7))
    if not timedelta(0) <= last - first <= LONGEST:
        raise ApiError(422, "bad_span", "“to” is before “from”, or a year away.", "Ask for 366 days at most.", "/to")
    mine = Schedule.objects.filter(flow__team=request.auth.team, flow__deleted_at=None).select_related("flow")
    mine = visible(request.auth.member, mine)
    past = ScheduleFire.objects.filter(schedule__in=mine, fire_at__gte=first, fire_at__lte=last)
    found = [
        {**_row(fire.schedule), "at": fire.fire_at, "outcome": fire.outcome, "note": fire.note, "run": fire.run_id}
        for fire in past.select_related("schedule__flow").order_by("fire_at")[:MOST]
    ]
    found += _planned(mine.filter(armed=True, next_fire_at__lte=last), max(first, now), last)
    found.sort(key=lambda fire: fire["at"])
    return {"items": found[:MOST], "cut": len(found) > MOST}


def _planned(armed: QuerySet[Schedule], first: datetime, last: datetime) -> list[dict[str, Any]]:
    """The starts to come; a schedule that cannot say when is left out, as the Schedule page tells its trouble."""
    found: list[dict[str, Any]] = []
    for each in armed:
        most = min(MOST + 1, MOST_OF_ALL - len(found))
        try:
            instants = list(islice(firings(timing_of(each.config), first - BEFORE), most))
        except BadSchedule:
            continue
        planned = {**_row(each), "outcome": "planned", "note": "", "run": None}
        found += [{**planned, "at": instant} for instant in instants if instant <= last]
    return found


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone.get_current_timezone())


def _row(schedule: Schedule) -> dict[str, Any]:
    return {"flow": schedule.flow_id, "flow_name": schedule.flow.name, "node": schedule.node}
