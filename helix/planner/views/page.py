"""The Schedule page: a week of starts, the ledger of past ones, and a missed one run now."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.flows.access import barred, flow_for, flows_for, visible
from helix.flows.models import Flow
from helix.planner.ledger import OPEN, NotMadeUp, ledger
from helix.planner.ledger import make_up as begin
from helix.planner.week import DAYS, week_of
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.models import Schedule, ScheduleFire

MONDAYS_AWAY = 520
"""Weeks that one may look ahead or back."""


@require_GET
@needs(Ability.SEE)
def schedule(request: TeamRequest) -> HttpResponse:
    """A week (?week=, a day of it) by the clock of a zone (?zone=), of all flows or one (?flow=), and the ledger."""
    now, zone = timezone.now(), _zone(request)
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = _monday(request.GET.get("week", ""), today)
    flow = _flow(request)
    kind = "trouble" if request.GET.get("kind") == "trouble" else ""
    hidden = barred(request.member)
    scheduled = visible(request.member, Schedule.objects.filter(flow__team=request.team, flow__deleted_at=None))
    page = {
        "week": week_of(request.team, flow, monday, zone, now, hidden),
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "before": monday - timedelta(days=DAYS),
        "after": monday + timedelta(days=DAYS),
        "is_this_week": monday == today - timedelta(days=today.weekday()),
        "flow": flow,
        "flows": Flow.objects.filter(pk__in=scheduled.values("flow")).only("id", "name").order_by("name"),
        "zone": zone,
        "zones": sorted({zone, timezone.get_current_timezone_name(), "UTC"} | _zones_of(scheduled)),
        "ledger": ledger(request.team, flow, kind, request.GET.get("before", ""), hidden),
        "kind": kind,
        "open_outcomes": OPEN,
        "here": request.get_full_path(),
    }
    return render(request, "planner/page.html", page)


@require_POST
@needs(Ability.OPERATE)
def make_up(request: TeamRequest, fire_id: int) -> HttpResponse:
    """Begin the run of a start that was missed or skipped; a second press leads to the same run."""
    fire = get_object_or_404(
        visible(request.member, ScheduleFire.objects.all(), "schedule__flow"),
        pk=fire_id,
        schedule__flow__team=request.team,
    )
    flow_for(request.member, fire.schedule.flow_id, Ability.OPERATE, deleted=True)
    try:
        run = begin(fire, request.user)
    except NotMadeUp as refused:
        messages.error(request, str(refused))
        return redirect("planner:page", team=request.team.slug)
    return redirect("runs:run", team=request.team.slug, run_id=run.pk)


def _zone(request: TeamRequest) -> str:
    wanted = request.GET.get("zone", "")
    return wanted if wanted in available_timezones() else timezone.get_current_timezone_name()


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs((day - today).days) > MONDAYS_AWAY * DAYS:
        day = today
    return day - timedelta(days=day.weekday())


def _flow(request: TeamRequest) -> Flow | None:
    wanted = request.GET.get("flow", "")
    return get_object_or_404(flows_for(request.member, deleted=True), pk=wanted) if _is_id(wanted) else None


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _zones_of(scheduled: QuerySet[Schedule]) -> set[str]:
    found = scheduled.filter(armed=True).values_list("config__timezone", flat=True).distinct()[:40]
    return {name for name in found if isinstance(name, str) and name in available_timezones()}
