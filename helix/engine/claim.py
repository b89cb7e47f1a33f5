"""Taking ready steps: who may carry a step is decided in one short transaction, which gives it a lease and a new token.

A worker takes several ready steps of one run together, and carries them side by side. The run is locked meanwhile; runs that
another worker has locked are passed over. Teams take turns, so that one with much to do does not hold up the others.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.engine.rows import Row
from helix.engine.segment import Segment
from helix.engine.states import RunState, StepState
from integrations.kit.points import reach

WIDTH = 16
"""Steps of one run that one worker carries side by side."""
TEAMS_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Held:
    """A step that this worker holds. Whoever writes to it names the token; another token means it was taken over."""

    step: Row
    token: int
    segment: Segment

    @property
    def run(self) -> Run:
        return self.segment.run


def lease() -> timedelta:
    """How long a claimed step is left alone without a sign of life."""
    return timedelta(seconds=settings.HELIX.HELIX_LEASE_SECONDS)


def claim_next(worker: str, width: int = WIDTH) -> list[Held]:
    """Take ready steps of one run that are due, the most urgent run first; [] when there is nothing to do."""
    now = timezone.now()
    for team in (*turns.next(now), None):
        if _candidate(team, now) is None:
            continue
        with transaction.atomic():
            run_id = _candidate(team, now, locked=True)
            if run_id is not None and (held := _claim(run_id, worker, width, now)):
                reach("after_claim")
                return held
    return []


def _candidate(team: UUID | None, now: datetime, *, locked: bool = False) -> UUID | None:
    """The run of the ready step that should go next, locked where the database locks rows."""
    of_team = "s.team_id = %s AND " if team else ""
    lock = " FOR UPDATE OF r SKIP LOCKED" if locked and connection.features.has_select_for_update_skip_locked else ""
    sql = (
        f"SELECT r.id FROM engine_steprun s JOIN engine_run r ON r.id = s.run_id WHERE {of_team}s.state = 'ready' AND s.due_at <= %s "
        f"ORDER BY s.rank, s.due_at LIMIT 1{lock}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*([_id(team)] if team else []), _moment(now)])
        found = cursor.fetchone()
    return None if found is None else UUID(str(found[0]))


def _claim(run_id: UUID, worker: str, width: int, now: datetime) -> list[Held]:
    """Claim the run's ready steps; the caller has it locked, or holds the only writer's lock."""
    segment = Segment.of(run_id)
    ready = list(
        StepRun.objects.filter(run_id=run_id, state=StepState.READY, due_at__lte=now)
        .order_by("due_at")
        .values_list("id", "item_key")[:width]
    )
    ids = {step_id for step_id, _ in ready}
    segment.load(*{turn for _, turn in ready})
    rows = [row for frame in segment.frames.values() for row in frame.values() if row.id in ids]
    return take(segment, rows, worker, now) if rows else []


def take(segment: Segment, rows: list[Row], worker: str, now: datetime) -> list[Held]:
    """Write that this worker has these ready rows, and say so in memory."""
    run = segment.run
    for row in rows:
        mark(row, worker, now)
    StepRun.objects.filter(id__in=[row.id for row in rows]).update(
        state=StepState.RUNNING, token=F("token") + 1, worker=worker, lease_until=now + lease(), claims=F("claims") + 1,
        due_at=None, claimed_at=now, started_at=Coalesce("started_at", Value(now, output_field=DateTimeField())), seq=run.seq + 1,
    )  # fmt: skip
    run.seq += 1
    run.started_at = run.started_at or now
    if run.state in (RunState.QUEUED, RunState.WAITING):
        run.state = RunState.RUNNING
    Run.objects.filter(pk=run.pk).update(seq=run.seq, started_at=run.started_at, state=run.state)
    return [Held(row, row.token, segment) for row in rows]


def mark(row: Row, worker: str, now: datetime) -> None:
    """Make a ready row a claimed one."""
    row.state, row.token, row.worker = StepState.RUNNING, row.token + 1, worker
    row.lease_until, row.claims, row.due_at, row.claimed_at = now + lease(), row.claims + 1, None, now
    row.started_at = row.started_at or now


def renew(held: dict[UUID, int]) -> set[UUID]:
    """Extend the leases of these steps (id -> token); the ids that could not be, since somebody else holds them now."""
    until = timezone.now() + lease()
    return {
        step_id
        for step_id, token in held.items()
        if not StepRun.objects.filter(id=step_id, token=token, state=StepState.RUNNING).update(lease_until=until)
    }


class Turns:
    """The teams that have something to do, each in its turn; looked up once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked = 0.0
        self._teams: list[UUID] = []
        self._next = 0

    def next(self, now: datetime) -> list[UUID]:
        """The team whose turn it is; [] while no more than one has anything to do."""
        with self._lock:
            if time.monotonic() - self._looked > TEAMS_LOOK_SECONDS:
                self._looked, self._teams = time.monotonic(), _teams_with_work()
            if len(self._teams) < 2:
                return []
            self._next += 1
            return [self._teams[self._next % len(self._teams)]]


turns = Turns()
_FIRST = "SELECT min(team_id) FROM engine_steprun WHERE state = 'ready'"
_FIRST_ORDERED = "SELECT team_id FROM engine_steprun WHERE state = 'ready' ORDER BY team_id LIMIT 1"


def _teams_with_work() -> list[UUID]:
    """Teams with ready steps, found by skipping from one to the next in the index."""
    first, after = (
        (_FIRST, f"{_FIRST} AND team_id > t.team_id")
        if connection.vendor == "sqlite"  # PostgreSQL knows no least UUID
        else (f"({_FIRST_ORDERED})", _FIRST_ORDERED.replace(" ORDER", " AND team_id > t.team_id ORDER"))
    )
    sql = (
        f"WITH RECURSIVE t(team_id) AS ({first} UNION ALL SELECT ({after}) FROM t WHERE t.team_id IS NOT NULL) "
        "SELECT team_id FROM t WHERE team_id IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [UUID(str(row[0])) for row in cursor.fetchall()]


def _id(value: UUID) -> UUID | str:
    return value if connection.vendor == "postgresql" else value.hex


def _moment(value: datetime) -> datetime | str:
    return value if connection.vendor == "postgresql" else str(connection.ops.adapt_datetimefield_value(value))
