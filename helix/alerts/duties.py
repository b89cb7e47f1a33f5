"""What the scheduler's rounds do for alerts: count ends and note failures, look at the clock and at connections."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from helix.alerts.models import AlertRule, AlertState, Notice
from helix.alerts.noticing import notice_connection, notice_ends, notice_flow, remind_of_failures
from helix.alerts.standing import PAUSED, SILENT
from helix.alerts.words import span
from helix.connections.models import Connection
from helix.engine.models import Run
from helix.engine.states import Cause
from helix.insights.counting import End
from helix.insights.harvest import harvest
from helix.tracing.spans import run_ended, tracing

KEPT = timedelta(days=400)


def count_ends() -> int:
    """Count runs that have ended, and note what failed or recovered; see insights/harvest.py."""
    return harvest(_note)


def _note(ends: Sequence[End]) -> None:
    notice_ends(ends)
    if tracing.sink is not None:
        transaction.on_commit(lambda: _trace(ends))


def _trace(ends: Sequence[End]) -> None:
    for end in ends:
        run_ended(end.id, end.flow_id, end.team_id, end.state, end.started_at, end.ended_at)


def look_at_clock(now: datetime | None = None) -> None:
    """Reminders, what is over, silent flows, paused connections."""
    now = now or timezone.now()
    remind_of_failures(now)
    look_at_connections(now)
    look_for_silence(now)
    Notice.objects.filter(created_at__lt=now - KEPT).delete()


def look_at_connections(now: datetime) -> None:
    """Paused connections, and those that were."""
    was = AlertState.objects.filter(kind=PAUSED, is_open=True).values("connection")
    for connection in Connection.objects.select_related("team").filter(Q(paused_at__isnull=False) | Q(pk__in=was)):
        with transaction.atomic():
            detail = None if connection.paused_at is None else "No call is made with it until a person has looked."
            notice_connection(connection, PAUSED, detail, now)


def look_for_silence(now: datetime) -> None:
    """Flows of which a run is expected at least every so often. One that is switched off is not expected to run; one that
    was just switched on, or whose rule was just set, has the whole time from then."""
    rules = AlertRule.objects.filter(flow__isnull=False, expected_minutes__isnull=False).select_related("flow__team")
    watched = {rule.flow_id: rule for rule in rules}
    last = dict(
        Run.objects.filter(flow__in=list(watched), created_at__gte=now - timedelta(days=367))
        .exclude(cause_kind=Cause.TEST)
        .values_list("flow")
        .annotate(last=Max("created_at"))
        .order_by()
    ) if watched else {}  # fmt: skip
    for flow_id, rule in watched.items():
        flow, minutes = rule.flow, rule.expected_minutes
        assert flow is not None and minutes is not None  # the filter above
        length = timedelta(minutes=minutes)
        published = flow.published.created_at if flow.published else None
        known = [moment for moment in (last.get(flow_id), rule.changed_at, published) if moment is not None]
        alive = flow.enabled and published is not None and flow.deleted_at is None
        silent = alive and now - max(known) > length
        words = f"A run is expected at least every {span(length)}." if silent else None
        with transaction.atomic():
            notice_flow(flow, SILENT, words, now)
    gone = AlertState.objects.filter(kind=SILENT, is_open=True).exclude(flow__in=list(watched))
    gone.update(is_open=False, closed_at=now, remind_at=None)
