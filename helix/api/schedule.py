"""The schedule over the REST API: what fired, what did not and why, and what is planned."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.shapes import FiresOut, SpanIn
from helix.teams.roles import Ability
from helix.triggers.models import Schedule, ScheduleFire
from helix.triggers.schedules import fires_between, timing_of

router = Router(tags=["schedule"])
LONGEST = timedelta(days=366)
MOST = 1000


@router.get("/schedule", response=FiresOut)
def schedule(request: ApiRequest, span: Query[SpanIn]) -> dict[str, Any]:
    """Firings between `from` and `to` (the day before and the week to come, left out): at most 1,000, oldest first."""
    request.auth.must(Ability.SEE)
    now = timezone.now()
    first, last = _aware(span.source or now - timedelta(days=1)), _aware(span.to or now + timedelta(days=7))
    if not timedelta(0) <= last - first <= LONGEST:
        raise ApiError(422, "bad_span", "“to” is before “from”, or a year away.", "Ask for 366 days at most.", "/to")
    mine = Schedule.objects.filter(flow__team=request.auth.team, flow__deleted_at=None).select_related("flow")
    past = ScheduleFire.objects.filter(schedule__in=mine, fire_at__gte=first, fire_at__lte=last)
    found = [
        {**_row(fire.schedule), "at": fire.fire_at, "outcome": fire.outcome, "note": fire.note, "run": fire.run_id}
        for fire in past.select_related("schedule__flow").order_by("fire_at")[:MOST]
    ]
    for each in mine.filter(armed=True, next_fire_at__lte=last):
        start = max(first, each.next_fire_at or now)
        for instant in fires_between(timing_of(each.config), start, last, most=MOST):
            found.append({**_row(each), "at": instant, "outcome": "planned", "note": "", "run": None})
    found.sort(key=lambda fire: fire["at"])
    return {"items": found[:MOST], "cut": len(found) > MOST}


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone.get_current_timezone())


def _row(schedule: Schedule) -> dict[str, Any]:
    return {"flow": schedule.flow_id, "flow_name": schedule.flow.name, "node": schedule.node}
