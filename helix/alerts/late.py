"""Flows that are late, as the room above (which knows schedules) found them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from helix.alerts.models import AlertRule, AlertState
from helix.alerts.noticing import notice_flow
from helix.alerts.standing import LATE
from helix.flows.models import Flow

USUAL = timedelta(minutes=15)


class Patience:
    """How late a flow may be before it is an alert."""

    def __init__(self) -> None:
        rows = AlertRule.objects.values_list("team_id", "flow_id", "late_minutes")
        self._of: dict[tuple[UUID, UUID | None], timedelta] = {
            (team, flow): timedelta(minutes=minutes) for team, flow, minutes in rows
        }

    def of(self, team: UUID, flow: UUID) -> timedelta:
        return self._of.get((team, flow)) or self._of.get((team, None)) or USUAL


def notice_late(late: Mapping[UUID, str], now: datetime) -> None:
    """These flows are late, for these reasons; all others are not."""
    was = AlertState.objects.filter(kind=LATE, is_open=True).values_list("subject", flat=True)
    for flow in Flow.objects.select_related("team").filter(pk__in={*late, *was}):
        with transaction.atomic():
            notice_flow(flow, LATE, late.get(flow.pk), now)
