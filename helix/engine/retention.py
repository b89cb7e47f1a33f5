"""Retention: how long the data of runs stay, and the runs themselves. Each team's days are fields of the team.

The scheduler calls `look` in its rounds: at most one batch a call, and once nothing is left, none for a minute. Live runs are never
touched. `manage.py purge` does all there is to do at once.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import JSONField, Model, QuerySet
from django.utils import timezone

from helix.engine.below import below
from helix.engine.models import Blob, Run
from helix.engine.outputs import BLOB
from helix.engine.states import FINAL_RUN_STATES, RunState
from helix.engine.wiping import BATCH, remove, wipe
from helix.flows.models import Flow
from helix.teams.models import Team

GOOD = (RunState.SUCCEEDED,)
OTHERS = tuple(sorted(FINAL_RUN_STATES - {RunState.SUCCEEDED}))
PAUSE_SECONDS = 60.0
SETTLED = timedelta(hours=1)
"""After so long nobody writes to an ended run any more."""
ORPHANS_AT_ONCE = 200


@dataclass(frozen=True)
class Due:
    """Runs of a team whose time is over: their data ("data") or they themselves ("runs")."""

    team: Team
    what: str
    rows: QuerySet[Run]

    def take(self, now: datetime) -> int:
        """Remove one batch; how many runs."""
        with transaction.atomic():
            rows = self.rows
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            ids = list(rows.values_list("pk", flat=True)[:BATCH])
            if ids and self.what == "runs":
                remove(ids)
            elif ids:
                wipe(ids, "retention", now)
        return len(ids)


def due(team: Team, now: datetime) -> Iterator[Due]:
    """What is due of this team, by index: the oldest runs first."""
    runs = Run.objects.filter(team=team)
    if team.closing_at is not None:  # the team is being deleted: all of it goes
        yield Due(team, "runs", runs.filter(state__in=sorted(FINAL_RUN_STATES)).order_by("created_at", "pk"))
        return
    gone = now - timedelta(days=team.keep_runs_days)
    yield Due(
        team, "runs", runs.filter(created_at__lt=gone, state__in=sorted(FINAL_RUN_STATES)).order_by("created_at", "pk")
    )
    for states, days in ((GOOD, team.keep_good_days), (OTHERS, team.keep_failed_days)):
        for state in states:
            rows = runs.filter(state=state, ended_at__lt=now - timedelta(days=days), wiped_at=None)
            yield Due(team, "data", rows.order_by("ended_at"))


def counted(now: datetime | None = None) -> Counter[tuple[str, str]]:
    """How many runs are due: (team, "data" or "runs") -> number. Nothing is removed."""
    now = now or timezone.now()
    counts: Counter[tuple[str, str]] = Counter()
    for team in Team.objects.order_by("slug"):
        for one in due(team, now):
            counts[team.slug, one.what] += one.rows.count()
    return counts


def purge(now: datetime | None = None, most_batches: int | None = None) -> Counter[str]:
    """Remove what is due, batch by batch; how many runs lost their data ("data"), were removed ("runs"), how many blobs nobody
    points to were dropped ("orphans"), and in how many batches."""
    now = now or timezone.now()
    done: Counter[str] = Counter()
    for team in Team.objects.order_by("slug"):
        for one in due(team, now):
            while most_batches is None or done["batches"] < most_batches:
                taken = one.take(now)
                if not taken:
                    break
                done[one.what] += taken
                done["batches"] += 1
                if taken < BATCH:
                    break
        if team.closing_at is not None and (most_batches is None or done["batches"] < most_batches):
            done["batches"] += drop_team(team)
    while most_batches is None or done["batches"] < most_batches:
        dropped, looked = drop_orphans(now)
        if not looked:
            break
        done["orphans"] += dropped
        done["batches"] += 1
    return done


def drop_team(team: Team) -> bool:
    """Remove a team that is being deleted once none of its runs is left; whether it went."""
    with transaction.atomic():
        if Run.objects.filter(team=team).exists():
            return False
        Flow.objects.filter(team=team).update(published=None)  # a flow holds on to its published version
        team.delete()
    return True


class _Pace:
    """When to look again."""

    until = 0.0


def look() -> None:
    """The scheduler's duty: one batch, if there is one."""
    if time.monotonic() < _Pace.until:
        return
    if not purge(most_batches=1)["batches"]:
        _Pace.until = time.monotonic() + PAUSE_SECONDS


def drop_orphans(now: datetime) -> tuple[int, int]:
    """Drop blobs of ended runs that no row points to (a try that was taken over leaves such); each is looked at once. How many
    were dropped, and looked at."""
    unchecked = Blob.objects.filter(
        checked=False, run__state__in=sorted(FINAL_RUN_STATES), run__ended_at__lt=now - SETTLED
    )
    found = list(unchecked.values_list("pk", "run_id")[:ORPHANS_AT_ONCE])
    pointed = _pointed({run_id for _, run_id in found})
    lost = [blob_id for blob_id, _ in found if str(blob_id) not in pointed]
    with transaction.atomic():
        Blob.objects.filter(pk__in=lost).delete()
        Blob.objects.filter(pk__in=[blob_id for blob_id, _ in found]).update(checked=True)
    return len(lost), len(found)


def _pointed(run_ids: set[UUID]) -> set[str]:
    """The blobs that rows of these runs point to."""
    pointed: set[str] = set()
    tables: list[tuple[type[Model], str]] = [(Run, "pk"), *below()]
    for model, path in tables:
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, JSONField)]
        if fields:
            for values in model._base_manager.filter(**{f"{path}__in": run_ids}).values_list(*fields).iterator(200):
                for value in values:
                    pointed.update(_pointers(value))
    return pointed


def _pointers(stored: Any) -> Iterator[str]:
    if isinstance(stored, dict):
        if BLOB in stored:
            yield str(stored[BLOB])
        for part in stored.values():
            yield from _pointers(part)
    elif isinstance(stored, list):
        for part in stored:
            yield from _pointers(part)
