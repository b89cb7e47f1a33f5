"""Flows as the list shows them: in order, a page of them, each with its trigger in words, last outcomes, next firing, problems, tags."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact, In

from helix.engine.models import Run
from helix.engine.states import RunState
from helix.flows.access import flows_for
from helix.flows.filing import hue
from helix.flows.finding import FlowFilter
from helix.flows.gist import renew
from helix.flows.models import Flow, Gist
from helix.teams.models import Member, Team
from helix.triggers.models import Schedule

STRIP = 20
PAGE = 50
HEIGHTS = {"failed": 20, "timed_out": 20, "attention": 16, "cancelled": 5}
"""What needs a look stands out by its height, too: most runs are 11 high."""
HEAVY = ("draft", "editors", "published__graph", "published__plan")


@dataclass(frozen=True)
class Outcome:
    """One run in the strip: a bar at `x`, the oldest on the left."""

    x: int
    y: int
    height: int
    state: str
    seconds: float | None
    run: Run


@dataclass(frozen=True)
class Row:
    flow: Flow
    trigger: str
    trigger_icon: str
    next_at: datetime | None
    errors: int
    warnings: int
    tags: list[tuple[str, int]]
    strip: list[Outcome] = field(default_factory=list)


def matching(member: Member, wanted: FlowFilter) -> QuerySet[Flow]:
    """The member's flows that the filter lets through, in its order. Gists are true afterwards."""
    renew(member.team)
    found = wanted.flows(flows_for(member), member.user_id)
    match wanted.sort:
        case "name":
            return found.order_by("name", "-pk")
        case "next":
            return found.annotate(coming=_coming()).order_by(F("coming").asc(nulls_last=True), "name", "-pk")
        case "failing":
            return found.annotate(failing=_failing()).order_by("failing", "-edited_at", "-pk")
    if wanted.q:
        return found.annotate(best=wanted.best()).order_by("best", "-edited_at", "-pk")
    return found.order_by("-edited_at", "-pk")


def _coming() -> Subquery:
    """When the flow fires next by a schedule."""
    armed = Schedule.objects.filter(flow=OuterRef("pk"), armed=True, next_fire_at__isnull=False)
    return Subquery(armed.order_by("next_fire_at").values("next_fire_at")[:1])


def _failing() -> Case:
    """0: its latest run failed or needs an answer; 1: it went otherwise; 2: there is none."""
    latest = Run.objects.filter(flow=OuterRef("pk")).order_by("-created_at", "-id")
    state, attention = Subquery(latest.values("state")[:1]), Subquery(latest.values("attention")[:1])
    return Case(
        When(In(state, [RunState.FAILED, RunState.TIMED_OUT]), then=Value(0)),
        When(Exact(attention, True), then=Value(0)),
        When(In(state, list(RunState)), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def light(flows: QuerySet[Flow]) -> QuerySet[Flow]:
    """With all that a row needs, and without the graphs."""
    return flows.select_related("published", "edited_by", "folder", "gist").prefetch_related("tags").defer(*HEAVY)


def rows(flows: Sequence[Flow]) -> list[Row]:
    """The rows of these flows, which `light` gave, in their order; three queries however many there are."""
    coming = dict(
        Schedule.objects.filter(flow__in=flows, armed=True)
        .values_list("flow")
        .annotate(first=Min("next_fire_at"))
        .order_by()
    )
    strips = _strips(flows)
    return [_row(flow, coming.get(flow.pk), strips[flow.pk]) for flow in flows]


def row_of(flow: Flow, team: Team) -> Row:
    """The row of one flow, as it is now."""
    renew(team)
    return rows([light(Flow.objects.all()).get(pk=flow.pk)])[0]


def _row(flow: Flow, next_at: datetime | None, runs: list[Run]) -> Row:
    gist: Gist = flow.gist
    found = [problem.get("severity") for problem in flow.problems]
    names = sorted((tag.name for tag in flow.tags.all()), key=str.casefold)
    return Row(
        flow,
        gist.words,
        gist.icon,
        next_at,
        found.count("error"),
        found.count("warning"),
        [(name, hue(name)) for name in names],
        _bars(runs),
    )


def _strips(flows: Sequence[Flow]) -> dict[Any, list[Run]]:
    """The last runs of each flow, newest first. The oldest wanted instant per flow is looked up in the index first."""
    if not flows:
        return defaultdict(list)
    oldest = Run.objects.filter(flow=OuterRef("pk")).order_by("-created_at", "-id").values("created_at")
    since = Flow.objects.filter(pk__in=[flow.pk for flow in flows]).annotate(
        last=Subquery(oldest[:1]), oldest=Subquery(oldest[STRIP - 1 : STRIP])
    )
    wanted = Q()
    for pk, last, first in since.values_list("pk", "last", "oldest"):
        if last is not None:
            wanted |= Q(flow=pk, created_at__gte=first) if first else Q(flow=pk)
    found: dict[Any, list[Run]] = defaultdict(list)
    if wanted:
        columns = ("flow", "state", "attention", "created_at", "started_at", "ended_at")
        for run in Run.objects.filter(wanted).only(*columns).order_by("-created_at", "-id"):
            if len(found[run.flow_id]) < STRIP:
                found[run.flow_id].append(run)
    return found


def _bars(runs: list[Run]) -> list[Outcome]:
    bars = []
    for index, run in enumerate(reversed(runs)):
        state = "attention" if run.attention else run.state
        height = HEIGHTS.get(state, 11)
        took = (run.ended_at - (run.started_at or run.created_at)).total_seconds() if run.ended_at else None
        bars.append(Outcome((STRIP - len(runs) + index) * 7, 20 - height, height, state, took, run))
    return bars
