"""The list of runs: by state and flow, newest first, fifty a page, live."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from helix.connections.blinding import blind
from helix.engine.models import Run
from helix.engine.states import LIVE_RUN_STATES, RunState
from helix.flows.models import Flow
from helix.runs.words import cause_icon, cause_words, seconds
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may

PAGE = 50
FILTERS: dict[str, tuple[str, Q]] = {
    "": ("All", Q()),
    "live": ("Under way", Q(state__in=sorted(LIVE_RUN_STATES))),
    "attention": ("Needs your answer", Q(attention=True)),
    "failed": ("Failed", Q(state__in=[RunState.FAILED, RunState.TIMED_OUT])),
    "succeeded": ("Succeeded", Q(state=RunState.SUCCEEDED)),
    "cancelled": ("Cancelled", Q(state=RunState.CANCELLED)),
}


@require_GET
@needs(Ability.SEE)
def runs(request: TeamRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    flow = _flow(request)
    found = Run.objects.filter(FILTERS[state][1], team=request.team)
    if flow is not None:
        found = found.filter(flow=flow)
    person = request.GET.get("person", "")[:64] if may(request.member.role, Ability.OPERATE) else ""
    if person:
        found = found.filter(persons__digest=person)
    here = [
        (name, value)
        for name, value in (("state", state), ("flow", str(flow.pk) if flow else ""), ("person", person))
        if value
    ]
    cursor = request.GET.get("before", "")
    shown = list(_older(found, cursor).select_related("flow", "version", "created_by")[: PAGE + 1])
    following = _cursor(shown[PAGE - 1]) if len(shown) > PAGE else ""
    now = timezone.now()
    rows = [_row(run, now) for run in shown[:PAGE]]
    longest = max((row["seconds"] or 0 for row in rows if not row["live"]), default=0) or 1
    address = reverse("runs:list", kwargs={"team": request.team.slug})
    page = {
        "rows": rows,
        "longest": longest,
        "filters": [
            (key, words, _link(address, [("state", key), *here[bool(state) :]])) for key, (words, _) in FILTERS.items()
        ],
        "state": state,
        "flow": flow,
        "flows": Flow.objects.filter(team=request.team).only("id", "name", "deleted_at").order_by("name"),
        "live": any(run.state in LIVE_RUN_STATES for run in shown),
        "first_page": not cursor,
        "here": _link(address, [*here, ("before", cursor)]),
        "next": _link(address, [*here, ("before", following)]) if following else "",
        "newest": _link(address, here),
        "filtered": bool(state or flow or person),
        "person": person,
        "everybody": _link(address, [(name, value) for name, value in here if name != "person"]),
    }
    return render(request, "runs/list.html", page)


@require_POST
@needs(Ability.OPERATE)
def of_person(request: TeamRequest) -> HttpResponse:
    """The list of one person's runs. Their id or address is in no address line and no log: only the digest is."""
    digests = blind(request.team.pk, [request.POST.get("person", "")[:200]])
    address = reverse("runs:list", kwargs={"team": request.team.slug})
    return redirect(_link(address, [("person", digest) for digest in digests]))


def _row(run: Run, now: datetime) -> dict[str, Any]:
    spent, live = seconds(run, now), run.state in LIVE_RUN_STATES
    return {"run": run, "live": live, "cause": cause_words(run), "icon": cause_icon(run), "seconds": spent}


def _flow(request: TeamRequest) -> Flow | None:
    try:
        wanted = UUID(request.GET.get("flow", ""))
    except ValueError:
        return None
    return Flow.objects.filter(team=request.team, pk=wanted).first()


def _older(found: QuerySet[Run], cursor: str) -> QuerySet[Run]:
    """Runs after the cursor in the order of the page; a cursor that is none of ours is as none."""
    instant, _, last = cursor.partition("_")
    found = found.order_by("-created_at", "-id")
    try:
        at, pk = parse_datetime(instant.replace(" ", "+")), UUID(last)
    except ValueError:
        return found
    return found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=pk)) if isinstance(at, datetime) else found


def _cursor(run: Run) -> str:
    return f"{run.created_at.isoformat()}_{run.pk}"


def _link(address: str, query: list[tuple[str, str]]) -> str:
    given = urlencode([(name, value) for name, value in query if value])
    return f"{address}?{given}" if given else address
