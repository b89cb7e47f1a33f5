"""Erasing a person: all data of the runs that are about them, found by digest and, in large values, by search.

Their waiting runs are stopped. A run about many people at once is not stopped for one of them while it is under way; it is named,
and erased by calling again once it has ended.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections.blinding import blind, normal
from helix.engine.models import Blob, Chunk, Run, RunPerson
from helix.engine.persons import search_of
from helix.engine.record import end_run
from helix.engine.states import FINAL_RUN_STATES, RunState
from helix.engine.wiping import BATCH, wipe
from helix.flows.models import Pin
from helix.teams.models import Team

MANY = 20
"""A run about more people than this is not one person's."""


@dataclass
class Erased:
    """What was done: rows by table, runs stopped, and the runs about many people that are still under way."""

    runs: int = 0
    stopped: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    under_way: list[UUID] = field(default_factory=list)


def erase(team: Team, person: str) -> Erased:
    """Remove the data of every run of the team that is about this person (an id or an e-mail address)."""
    done = Erased()
    wanted = normal(person)
    if not wanted:
        return done
    theirs = set(noted_runs(team, wanted).values_list("pk", flat=True))
    found = sorted(theirs | set(_found_by_search(team, wanted)))
    for start in range(0, len(found), BATCH):
        ended = []
        for run_id, state in Run.objects.filter(pk__in=found[start : start + BATCH]).values_list("pk", "state"):
            if state in FINAL_RUN_STATES or (run_id in theirs and _is_theirs(run_id)):
                done.stopped += state not in FINAL_RUN_STATES and _stop(run_id)
                ended.append(run_id)
            else:
                done.under_way.append(run_id)
        done.rows += wipe(ended, "erasure", timezone.now())
        done.runs += len(ended)
    done.rows["Pin"] += _unpin(team, wanted)
    digest = next(iter(sorted(blind(team.pk, [wanted]))), "")
    noted(team.pk, Act.ERASED, kind="person", pk=digest, name="a person, known by digest", after=_in_words(done))
    return done


def _in_words(done: Erased) -> str:
    rows = sum(done.rows.values())
    return f"{done.runs} runs, {rows} rows, {done.stopped} stopped, {len(done.under_way)} still under way"


def _unpin(team: Team, person: str) -> int:
    """Samples beside the team's drafts that mention the person go; how many."""
    pattern = search_of(person)
    samples = Pin.objects.filter(flow__team=team).values_list("pk", "sample").iterator(200)
    found = [pk for pk, sample in samples if pattern.search(json.dumps(sample, ensure_ascii=False))]
    return Pin.objects.filter(pk__in=found).delete()[0]


def noted_runs(team: Team, person: str) -> QuerySet[Run]:
    """The team's runs that are noted to be about this person."""
    return Run.objects.filter(team=team, persons__digest__in=blind(team.pk, [person]))


def _is_theirs(run_id: UUID) -> bool:
    return RunPerson.objects.filter(run_id=run_id)[: MANY + 1].count() <= MANY


def _stop(run_id: UUID) -> bool:
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.state in FINAL_RUN_STATES:
            return False
        end_run(run, RunState.CANCELLED, "")
        return True


def _found_by_search(team: Team, person: str) -> Iterator[UUID]:
    """Runs whose large values mention the person: nothing there is noted one by one."""
    pattern, lower = search_of(person), person.lower()
    found: set[UUID] = set()
    for model in (Blob, Chunk):
        for run_id, data in model._base_manager.filter(team=team).values_list("run_id", "data").iterator(20):
            if run_id in found:
                continue
            text = zlib.decompress(bytes(data)).decode("utf-8", "replace")
            if lower in text.lower() and pattern.search(text):  # the first is fast and mostly enough
                found.add(run_id)
                yield run_id
