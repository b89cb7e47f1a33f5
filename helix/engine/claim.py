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
from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.engine.pauses import NOT_PAUSED_SQL, pauses
from helix.engine.rows import Row
from helix.engine.segment import Segment
from helix.engine.states import StepState
from helix.engine.turnstile import one_writer
from integrations.kit.points import reach

WIDTH = 32
"""Steps of one run that one worker carries side by side."""
TEAMS_LOOK_SECONDS = 1.0
TEAMS_LOOK_WHILE_PAUSED = 0.1


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
    claim = _claim_on_postgres if connection.vendor == "postgresql" else _claim_on_sqlite
    for team in turns.next(now):
        taken = claim(team, worker, width, now)
        if taken is not None:
            reach("after_claim")
            run_id, steps = taken
            segment = Segment.of(run_id)
            segment.load(*set(steps.values()))
            mine = [row for frame in segment.frames.values() for row in frame.values() if row.id in steps]
            return [Held(row, row.token, segment) for row in mine if row.worker == worker]
    return []


_TAKEN = (
    "state = 'running', token = token + 1, worker = %s, lease_until = %s, claims = claims + 1, due_at = NULL, "
    "claimed_at = %s, started_at = coalesce(started_at, %s)"
)
_MOVING = (
    "seq = seq + 1, started_at = coalesce(started_at, %s), "
    "state = CASE WHEN state IN ('queued', 'waiting') THEN 'running' ELSE state END"
)
_CANDIDATE = (
    "SELECT r.id FROM engine_steprun s JOIN engine_run r ON r.id = s.run_id WHERE {of_team}s.state = 'ready' AND s.due_at <= %s "
    f"AND {NOT_PAUSED_SQL} "
    "ORDER BY s.rank, s.due_at LIMIT 1"
)


Taken = tuple[UUID, dict[UUID, str]]
"""A run, and its steps that were taken, each with the turn of a loop that it belongs to."""


def _claim_on_postgres(team: UUID | None, worker: str, width: int, now: datetime) -> Taken | None:
    """One statement: lock the run of the step that should go next (runs that are locked are passed over), and take its steps.

    Its commit is not flushed on its own: should the server lose it, the step is ready again, as if nobody had come. What
    must not happen twice is marked as sent before, and that mark, flushed, takes the claim with it.
    """
    import psycopg

    candidate = _CANDIDATE.format(of_team="s.team_id = %s AND " if team else "")
    sql = (
        f"WITH c AS ({candidate} FOR UPDATE OF r SKIP LOCKED), "
        f"r AS (UPDATE engine_run SET {_MOVING} WHERE id = (SELECT id FROM c) RETURNING id, seq), "
        f"s AS (UPDATE engine_steprun SET {_TAKEN}, seq = (SELECT seq FROM r) WHERE id IN (SELECT id FROM engine_steprun "
        "WHERE run_id = (SELECT id FROM r) AND state = 'ready' AND due_at <= %s ORDER BY due_at LIMIT %s) AND state = 'ready' RETURNING id, run_id, item_key) "
        "SELECT run_id, id, item_key, set_config('synchronous_commit', 'off', true) FROM s"
    )
    params = [*([team] if team else []), now, now, worker, now + lease(), now, now, now, width]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        found = cursor.fetchall()
    return (found[0][0], {row[1]: row[2] for row in found}) if found else None


def _claim_on_sqlite(team: UUID | None, worker: str, width: int, now: datetime) -> Taken | None:
    """A short transaction, begun only when there is something to take."""
    moment, until = _moment(now), _moment(now + lease())
    candidate = _CANDIDATE.format(of_team="s.team_id = %s AND " if team else "")
    given = [*([team.hex] if team else []), moment]
    with connection.cursor() as cursor:
        cursor.execute(candidate, given)
        if cursor.fetchone() is None:
            return None
        with one_writer(), transaction.atomic():
            cursor.execute(candidate, given)
            found = cursor.fetchone()
            if found is None:
                return None
            ready = "SELECT id, item_key FROM engine_steprun WHERE run_id = %s AND state = 'ready' AND due_at <= %s ORDER BY due_at LIMIT %s"
            cursor.execute(ready, [found[0], moment, width])
            steps = dict(cursor.fetchall())
            cursor.execute(f"UPDATE engine_run SET {_MOVING} WHERE id = %s", [moment, found[0]])
            for step_id in steps:
                cursor.execute(
                    f"UPDATE engine_steprun SET {_TAKEN}, seq = (SELECT seq FROM engine_run WHERE id = %s) WHERE id = %s",
                    [worker, until, moment, moment, found[0], step_id],
                )
    return UUID(found[0]), {UUID(step_id): item_key for step_id, item_key in steps.items()}


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

    def next(self, now: datetime) -> list[UUID | None]:
        """Whose steps to look for, one after the other: the team whose turn it is, when several have something to do, then any
        (None). While a team is paused the others are named one by one: its ready steps would have to be passed over each time."""
        paused = pauses.teams()
        with self._lock:
            if time.monotonic() - self._looked > (TEAMS_LOOK_WHILE_PAUSED if paused else TEAMS_LOOK_SECONDS):
                self._looked, self._teams = time.monotonic(), _teams_with_work()
            teams = [team for team in self._teams if team not in paused]
            self._next += 1
            first = self._next % max(1, len(teams))
            if paused:
                return [*teams[first:], *teams[:first]]
            return [None] if len(teams) < 2 else [teams[first], None]


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


def _moment(value: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(value))
