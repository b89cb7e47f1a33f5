"""The Insights page, and its outcomes as a fragment for the runs of a flow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from helix.flows.access import barred, flows_for
from helix.flows.models import Flow
from helix.insights.drawing import STATES, bars, curves
from helix.insights.reading import SPANS, Span, Stretch, UseRow, steps_of, stretches, use_of
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

WORDS = {"succeeded": "succeeded", "failed": "failed", "timed_out": "timed out", "cancelled": "cancelled"}
SMALL = 56


@require_GET
@needs(Ability.SEE)
def insights(request: TeamRequest) -> HttpResponse:
    """Charts of the team, or of one flow (?flow=), over a span of time (?span=)."""
    now, span = timezone.now(), SPANS.get(request.GET.get("span", ""), SPANS["7d"])
    flow = _flow(request)
    slow, failing = steps_of(request.team, flow, span, now, barred(request.member))
    page = {
        **_runs(request, flow, span, now),
        "flow": flow,
        "flows": flows_for(request.member, deleted=True).only("id", "name", "deleted_at").order_by("name"),
        "span": span,
        "spans": SPANS.values(),
        "slow": slow,
        "failing": failing,
        "uses": [] if flow else [_use(row) for row in use_of(request.team, span, now)],
    }
    return render(request, "insights/page.html", page)


@require_GET
@needs(Ability.SEE)
def of_flow(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The outcomes of one flow over the last week, small: a fragment of the list of its runs."""
    flow = get_object_or_404(flows_for(request.member, deleted=True), pk=flow_id)
    page = _runs(request, flow, SPANS["7d"], timezone.now(), height=SMALL)
    return render(request, "insights/_flow.html", {**page, "flow": flow, "span": SPANS["7d"]})


def _runs(request: TeamRequest, flow: Flow | None, span: Span, now: datetime, height: int = 160) -> dict[str, Any]:
    found = stretches(request.team, flow, span, now, barred(request.member))
    totals = {state: sum(stretch.states[state] for stretch in found) for state in reversed(STATES)}
    return {
        "stretches": list(reversed(found)),
        "outcomes": bars([(stretch.label, stretch.states) for stretch in found], WORDS, height),
        "durations": curves({"p50": [each.half for each in found], "p95": [each.most for each in found]}),
        "marks": _marks(found),
        "totals": [(state, WORDS[state], number) for state, number in totals.items() if number],
        "total": sum(totals.values()),
    }


def _marks(found: list[Stretch]) -> list[str]:
    """A few labels below the chart: the first, the middle and the last slot."""
    return [found[0].label, found[len(found) // 2].label, found[-1].label] if found else []


def _use(row: UseRow) -> dict[str, Any]:
    drawn = bars(
        [(f"{day.day} {day:%b}", {"succeeded": used}) for day, used in row.days], {"succeeded": row.kind}, SMALL
    )
    line = None if row.cap is None or row.cap > drawn.top else round(SMALL - row.cap / drawn.top * SMALL, 2)
    return {"row": row, "bars": drawn, "cap_y": line, "share": round(row.today * 100 / row.cap) if row.cap else None}


def _flow(request: TeamRequest) -> Flow | None:
    try:
        wanted = UUID(request.GET.get("flow", ""))
    except ValueError:
        return None
    return flows_for(request.member, deleted=True).filter(pk=wanted).first()
