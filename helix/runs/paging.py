"""A page of runs: fifty after a cursor, newest first. Never an OFFSET, never more than so many rows looked at.

Where no index gives the wanted runs in their order, runs are looked through in pieces of the team's newest ones; when time is up
before a page is full, the page says how far back it has looked, and its cursor goes on from there.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.utils.dateparse import parse_datetime

from helix.engine.models import Run
from helix.runs.filters import RunFilter
from helix.teams.models import Team

PAGE = 50
PIECE = 20_000
SECONDS = 0.8
MOST_COUNTED = 1000
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Page:
    """`following` is the cursor of the next page, "" at the end; `looked_back_to` says where looking stopped before the end."""

    runs: list[Run]
    following: str = ""
    looked_back_to: datetime | None = None


def page_of(wanted: RunFilter, team: Team, cursor: str) -> Page:
    """The runs after the cursor; a cursor that is none of ours is as none."""
    if wanted.walks:
        return _walked(wanted, team, cursor)
    if wanted.states and not wanted.person:
        found = [run for state in wanted.states for run in _first(older(wanted.in_state(team, state), cursor))]
        found.sort(key=lambda run: (run.created_at, run.id), reverse=True)
        return _cut(found)
    return _cut(_first(older(wanted.runs(team), cursor)))


def _walked(wanted: RunFilter, team: Team, cursor: str) -> Page:
    until, found = time.monotonic() + SECONDS, list[Run]()
    while True:
        floor = older(wanted.base(team), cursor)[:PIECE].aggregate(floor=Min("created_at"))["floor"]
        if floor is None:
            return _cut(found)
        found += _first(older(wanted.runs(team), cursor).filter(created_at__gte=floor), PAGE + 1 - len(found))
        if len(found) > PAGE:
            return _cut(found)
        cursor = f"{floor.isoformat()}_{NOBODY}"
        if time.monotonic() > until:
            return Page(found, cursor, floor)


def _first(runs: QuerySet[Run], number: int = PAGE + 1) -> list[Run]:
    return list(runs.select_related("flow", "version", "created_by").defer(*HEAVY)[:number])


HEAVY = ("result", "flow__draft", "flow__problems", "version__graph", "version__plan")
"""What a list does not show."""


def _cut(found: list[Run]) -> Page:
    return Page(found[:PAGE], cursor_of(found[PAGE - 1]) if len(found) > PAGE else "")


def older(runs: QuerySet[Run], cursor: str) -> QuerySet[Run]:
    """The runs after the cursor in the order of the list."""
    ordered, at = runs.order_by("-created_at", "-id"), read_cursor(cursor)
    if at is None:
        return ordered
    return ordered.filter(Q(created_at__lte=at[0]) & (Q(created_at__lt=at[0]) | Q(id__lt=at[1])))


def newer(runs: QuerySet[Run], cursor: str) -> QuerySet[Run]:
    """The runs before the cursor in the order of the list."""
    at = read_cursor(cursor)
    if at is None:
        return runs.none()
    return runs.filter(Q(created_at__gte=at[0]) & (Q(created_at__gt=at[0]) | Q(id__gt=at[1])))


def cursor_of(run: Run) -> str:
    return f"{run.created_at.isoformat()}_{run.pk}"


def read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    instant, _, last = cursor.partition("_")
    try:
        at, pk = parse_datetime(instant.replace(" ", "+")), UUID(last)
    except ValueError:
        return None
    return (at, pk) if at is not None and at.tzinfo is not None else None


def counted(wanted: RunFilter, team: Team, most: int = MOST_COUNTED) -> int | None:
    """How many runs there are, `most` + 1 when there are more; None when counting would have to look at runs one by one."""
    if wanted.walks:
        return None
    if wanted.states and not wanted.person:
        return sum(wanted.in_state(team, state).order_by()[: most + 1].count() for state in wanted.states)
    return wanted.runs(team).order_by()[: most + 1].count()
