"""The list of runs: filters in the address, a search box, fifty a page, live without jumping."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.connections.blinding import blind
from helix.engine.models import Run
from helix.engine.states import LIVE_RUN_STATES
from helix.flows.access import barred, flows_for, visible
from helix.flows.models import Flow
from helix.ids import new_id
from helix.runs.filters import KINDS, PERIODS, STATES, TRIGGERS, RunFilter
from helix.runs.paging import HEAVY, MOST_COUNTED, PAGE, counted, cursor_of, newer, page_of
from helix.runs.people import LEAST, beginning_with
from helix.runs.typed import read_typed
from helix.runs.words import cause_icon, cause_words, seconds
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may

MOST_NEWER = 99


@require_GET
@needs(Ability.SEE)
def runs(request: TeamRequest) -> HttpResponse:
    wanted = filter_of(request)
    if "rows" in request.GET:
        return _again(request, wanted)
    cursor = request.GET.get("before", "")
    page = page_of(wanted, request.team, cursor)
    flow = flows_for(request.member, deleted=True).filter(pk=wanted.flow).first() if wanted.flow else None
    address = reverse("runs:list", kwargs={"team": request.team.slug})
    total = None if cursor else counted(wanted, request.team)
    shown = {
        **_table(request, wanted, page.runs, first_page=not cursor, following=page.following),
        "wanted": wanted,
        "flow": flow,
        "flows": flows_for(request.member, deleted=True).only("id", "name", "deleted_at").order_by("name"),
        "filters": _chips(request, wanted, address),
        "triggers": TRIGGERS.items(),
        "periods": [(key, words) for key, (words, _) in PERIODS.items()],
        "own_period": wanted.since not in PERIODS and (wanted.since or wanted.until),
        "kinds": KINDS.items(),
        "marks": _marks(wanted, flow, address),
        "total": total,
        "more_than_counted": total is not None and total > MOST_COUNTED,
        "looked_back_to": page.looked_back_to,
        "filtered": not wanted.is_open,
        "version_of_flow": flow is not None,
        "key": str(new_id()),
    }
    return render(request, "runs/list.html", shown)


@require_POST
@needs(Ability.SEE)
def search(request: TeamRequest) -> HttpResponse:
    """What was typed into the search box becomes filters of the address. A person's id or address is in no address line and no
    log: only the digest is."""
    before = RunFilter.read(request.POST.dict(), persons=may(request.member.role, Ability.OPERATE))
    before = replace(before, hidden=tuple(barred(request.member)))
    typed = read_typed(request.POST.get("text", ""), request.team, before)
    for problem in typed.problems:
        messages.warning(request, problem)
    if typed.run and _runs(request).filter(pk=typed.run).exists():
        return redirect("runs:run", team=request.team.slug, run_id=typed.run)
    if typed.run:
        messages.warning(request, f"This team has no run {typed.run}. It may have been removed by the retention.")
    if not typed.person:
        return redirect(link(reverse("runs:list", kwargs={"team": request.team.slug}), typed.filter.pairs()))
    if not may(request.member.role, Ability.OPERATE):
        messages.warning(request, "Only operators of the team may look for a person: runs hold personal data.")
        return redirect(link(reverse("runs:list", kwargs={"team": request.team.slug}), typed.filter.pairs()))
    return _person(request, typed.filter, typed.person, typed.prefix)


@require_POST
@needs(Ability.OPERATE)
def of_person(request: TeamRequest) -> HttpResponse:
    """The list of one person's runs, or of the people whose id or address begins so."""
    wanted = RunFilter.read(request.POST.dict() | {"person": ""}, persons=False)
    person = request.POST.get("person", "")[:200]
    return _person(request, wanted, person.rstrip("*"), person.endswith("*"))


def _person(request: TeamRequest, wanted: RunFilter, person: str, prefix: bool) -> HttpResponse:
    """Exactly this person's runs when there are some; else those who begin so, to choose from."""
    address = reverse("runs:list", kwargs={"team": request.team.slug})
    others = [pair for pair in wanted.pairs() if pair[0] != "person"]
    digests = blind(request.team.pk, [person])
    if not digests:
        return redirect(link(address, others))
    if not prefix and _runs(request, Ability.OPERATE).filter(persons__digest__in=digests).exists():
        return redirect(link(address, [*others, ("person", next(iter(digests)))]))
    looked = beginning_with(request.team, person, barred(request.member, Ability.OPERATE))
    found = [(each, link(address, [*others, ("person", each.digest)])) for each in looked.people]
    page = {
        "typed": person,
        "prefix": prefix,
        "looked": looked,
        "people": found,
        "least": LEAST,
        "short": len(person) < LEAST,
    }
    return render(request, "runs/people.html", page)


def _again(request: TeamRequest, wanted: RunFilter) -> HttpResponse:
    """The same rows as they are now, and how many newer ones there are: nothing moves under the reader's hand."""
    ids = [pk for pk in map(_uuid, request.GET["rows"].split(",")[:PAGE]) if pk]
    found = _runs(request).filter(pk__in=ids).select_related("flow", "version", "created_by").defer(*HEAVY)
    rows = sorted(found, key=lambda run: (run.created_at, run.id), reverse=True)
    top = request.GET.get("top", "")
    fresh = newer(wanted.runs(request.team), top).order_by()[: MOST_NEWER + 1].count() if top else 0
    shown = {
        **_table(request, wanted, rows, first_page=True, top=top, following=request.GET.get("next", "")),
        "newer": fresh,
        "more_newer": fresh > MOST_NEWER,
        "most_newer": MOST_NEWER,
    }
    return render(request, "runs/_rows.html", shown)


def _table(
    request: TeamRequest, wanted: RunFilter, runs: list[Run], *, first_page: bool, following: str, top: str = ""
) -> dict[str, Any]:
    """The rows, where to look for them again, and the pages around them."""
    now = timezone.now()
    rows = [_row(run, now, wanted.hidden) for run in runs]
    query = wanted.pairs()
    address = reverse("runs:list", kwargs={"team": request.team.slug})
    shown = ",".join(run.pk.hex for run in runs)
    top = top or (cursor_of(runs[0]) if runs else f"{now.isoformat()}_{UUID(int=0)}")
    return {
        "rows": rows,
        "longest": max((row["seconds"] or 0 for row in rows if not row["live"]), default=0) or 1,
        "live": any(row["live"] for row in rows),
        "first_page": first_page,
        "poll": link(address, [*query, ("top", top), ("next", following), ("rows", shown)], keep_empty=True),
        "next": link(address, [*query, ("before", following)]) if following else "",
        "newest": link(address, query),
    }


def _row(run: Run, now: datetime, hidden: Collection[UUID]) -> dict[str, Any]:
    spent, live = seconds(run, now), run.state in LIVE_RUN_STATES
    return {"run": run, "live": live, "cause": cause_words(run, hidden), "icon": cause_icon(run), "seconds": spent}


def _chips(request: TeamRequest, wanted: RunFilter, address: str) -> list[dict[str, Any]]:
    """One link a state; how many there are of those that ask for attention."""
    others = [pair for pair in wanted.pairs() if pair[0] != "state"]
    found: list[dict[str, Any]] = [{"key": "", "words": "All", "href": link(address, others), "count": None}]
    for key, (words, _) in STATES.items():
        count = (
            counted(RunFilter(state=key, hidden=tuple(barred(request.member))), request.team, 99)
            if key in ("live", "attention")
            else None
        )
        found.append({"key": key, "words": words, "href": link(address, [("state", key), *others]), "count": count})
    return found


def _marks(wanted: RunFilter, flow: Flow | None, address: str) -> list[tuple[str, str]]:
    """What is filtered by besides what the controls show, each with the address without it."""
    found = []
    for name, words in (
        ("named", f"flows named “{wanted.named}”"),
        ("version", f"version {wanted.version}"),
        ("person", "about one person"),
    ):
        if getattr(wanted, name) not in ("", None):
            found.append((words, link(address, wanted.without(name).pairs())))
    return found


def filter_of(request: TeamRequest) -> RunFilter:
    """The filter of this page's address, as far as the viewer may use it."""
    wanted = RunFilter.read(request.GET.dict(), persons=may(request.member.role, Ability.OPERATE))
    return replace(wanted, hidden=tuple(barred(request.member)))


def _runs(request: TeamRequest, ability: Ability = Ability.SEE) -> QuerySet[Run]:
    """The team's runs of flows with which the viewer may do that."""
    return visible(request.member, Run.objects.filter(team=request.team), ability=ability)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def link(address: str, query: list[tuple[str, str]], keep_empty: bool = False) -> str:
    """The address with this query."""
    given = urlencode([(name, value) for name, value in query if value or keep_empty])
    return f"{address}?{given}" if given else address
