"""The first rows of a new run's steps. PostgreSQL takes them in one prepared statement; SQLite by the ORM."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from helix.engine.models import Run, StepRun
from helix.engine.write import text_of

_FIELDS = (
    ("id", "uuid"), ("node", "text"), ("state", "text"), ("port", "text"), ("effect", "text"), ("idempotency_key", "text"),
    ("due_at", "timestamptz"), ("started_at", "timestamptz"), ("ended_at", "timestamptz"), ("output", "jsonb"),
)  # fmt: skip
_NAMES = ", ".join(name for name, _ in _FIELDS)
_INSERT = (
    "INSERT INTO engine_steprun (run_id, team_id, rank, item_key, iteration, seq, token, worker, attempts_made, claims, explanation, "
    f"{_NAMES}) SELECT %s, %s, %s, '', 0, 0, 0, '', 0, 0, '', {', '.join(f'u.{name}' for name, _ in _FIELDS)} "
    f"FROM jsonb_to_recordset(%s::jsonb) AS u({', '.join(f'{name} {kind}' for name, kind in _FIELDS)})"
)


@dataclass(frozen=True)
class Birth:
    """A step as it stands when its run begins."""

    id: UUID
    node: str
    state: str
    port: str
    effect: str
    idempotency_key: str
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    output: dict[str, Any] | None = None


def insert(run: Run, births: list[Birth]) -> None:
    """Write the rows; the caller's transaction holds the run."""
    if connection.vendor != "postgresql":
        common = {"run": run, "team_id": run.team_id, "rank": run.rank}
        StepRun.objects.bulk_create([StepRun(**common, **asdict(birth)) for birth in births])
        return
    import psycopg

    rows = text_of([{name: getattr(birth, name) for name, _ in _FIELDS} for birth in births])
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_INSERT, (run.id, run.team_id, run.rank, rows), prepare=True)
