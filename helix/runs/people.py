"""Whose runs to show when only the beginning of an id or e-mail address is known.

Notes of people are digests, which tell nothing of beginnings, so the kept data of the newest runs are looked through: so many runs
and so much time at most, and the answer says how far back it goes. What is found is a person; their runs are then listed by digest.
"""

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from helix.connections.blinding import blind, normal
from helix.engine.models import Run, StepRun
from helix.engine.persons import persons_in
from helix.runs.paging import cursor_of, older
from helix.teams.models import Team

LEAST = 3
MOST_RUNS, MOST_PEOPLE, PIECE, SECONDS = 20_000, 50, 500, 2.0


@dataclass(frozen=True)
class Someone:
    """A person whose id or address begins so, and in how many of the runs that were looked at."""

    person: str
    digest: str
    runs: int


@dataclass(frozen=True)
class Looked:
    """What was found; `back_to` is the oldest run that was looked at, None when all were."""

    people: list[Someone]
    runs: int
    back_to: datetime | None


def beginning_with(team: Team, prefix: str, hidden: Collection[UUID] = ()) -> Looked:
    """People in the newest runs whose id or e-mail address begins with these characters, those with the most runs first. Runs of `hidden` flows are not looked at."""
    wanted, until = normal(prefix).lower(), time.monotonic() + SECONDS
    held: dict[str, set[UUID]] = defaultdict(set)
    runs = Run.objects.filter(team=team, wiped_at=None).exclude(flow_id__in=hidden).only("id", "created_at", "payload")
    cursor, looked, last = "", 0, None
    while len(wanted) >= LEAST:
        piece = list(older(runs, cursor)[:PIECE])
        for run in piece:
            _note(held, run.pk, run.payload, wanted, payload=True)
        for run_id, given, output in _steps([run.pk for run in piece], wanted):
            _note(held, run_id, [given, output], wanted)
        looked += len(piece)
        if len(piece) < PIECE:
            break
        cursor, last = cursor_of(piece[-1]), piece[-1].created_at
        if looked >= MOST_RUNS or len(held) >= MOST_PEOPLE or time.monotonic() > until:
            return Looked(_people(team, held), looked, last)
    return Looked(_people(team, held), looked, None)


def _steps(run_ids: list[UUID], wanted: str) -> Any:
    """Inputs and outputs of these runs that hold the characters somewhere; the database looks, so that few travel."""
    steps = StepRun.objects.filter(run_id__in=run_ids).annotate(
        given=Cast("input", TextField()), got=Cast("output", TextField())
    )
    holding = steps.filter(Q(given__icontains=wanted) | Q(got__icontains=wanted))
    return holding.values_list("run_id", "input", "output").iterator(200)


def _note(held: dict[str, set[UUID]], run_id: UUID, data: Any, wanted: str, *, payload: bool = False) -> None:
    for person in persons_in(data, payload=payload):
        name = normal(person)
        if name.lower().startswith(wanted):
            held[name].add(run_id)


def _people(team: Team, held: dict[str, set[UUID]]) -> list[Someone]:
    found = [Someone(person, next(iter(blind(team.pk, [person]))), len(ids)) for person, ids in held.items()]
    return sorted(found, key=lambda each: (-each.runs, each.person))[:MOST_PEOPLE]
