"""Which flows are late: a start that did not come in time, was missed or waits, or runs that no worker takes."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, OuterRef, Subquery
from django.utils import timezone

from helix.alerts.late import Patience, notice_late
from helix.engine.models import Run
from helix.engine.pauses import pauses
from helix.engine.states import LIVE_RUN_STATES, RunState
from helix.triggers.models import Schedule, ScheduleFire

RECENT = timedelta(days=1)


def look_for_late(now: datetime | None = None) -> None:
    """A round's duty: tell the alerts which flows are late now."""
    now = now or timezone.now()
    notice_late(late_flows(now), now)


def late_flows(now: datetime) -> dict[UUID, str]:
    """Flow -> why it is late. Four queries."""
    patience = Patience()
    paused = pauses.teams()
    return {**_waiting_for_workers(patience, now, paused), **_schedules(patience, now, paused)}


def _schedules(patience: Patience, now: datetime, paused: frozenset[UUID]) -> dict[UUID, str]:
    last = ScheduleFire.objects.filter(schedule=OuterRef("pk")).order_by("-fire_at")
    armed = Schedule.objects.filter(armed=True, flow__enabled=True, flow__deleted_at=None).annotate(
        outcome=Subquery(last.values("outcome")[:1]), fired_for=Subquery(last.values("fire_at")[:1])
    )
    late = {}
    rows = armed.exclude(flow__team__in=paused).values_list(
        "flow__team_id", "flow_id", "next_fire_at", "trouble", "outcome", "fired_for"
    )
    for team, flow, planned, trouble, outcome, fired_for in rows:
        edge = now - patience.of(team, flow)
        if trouble:
            late[flow] = "Its schedule cannot fire; open the flow to see why."
        elif planned is not None and planned < edge:
            late[flow] = "A planned start has not come: the scheduler is behind, or was not running."
        elif outcome == "missed" and fired_for > now - RECENT:
            late[flow] = "A planned start was missed because Helix was not running, and was not made up for."
        elif outcome == "queued" and fired_for < edge:
            late[flow] = "A planned start waits, since the run before it still goes on."
    return late


def _waiting_for_workers(patience: Patience, now: datetime, paused: frozenset[UUID]) -> dict[UUID, str]:
    queued = Run.objects.filter(state=RunState.QUEUED, state__in=sorted(LIVE_RUN_STATES)).exclude(team__in=paused)
    oldest = queued.values_list("team_id", "flow_id").annotate(first=Min("created_at")).order_by()
    words = "A run of it has begun, and no worker has taken it."
    return {flow: words for team, flow, first in oldest if first < now - patience.of(team, flow)}
