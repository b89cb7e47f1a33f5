"""A new run and the first rows of its steps. PostgreSQL takes all of it in one prepared statement; SQLite by the ORM."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import JSONField

from helix.engine.models import Run, StepRun
from helix.engine.write import text_of

_FIELDS = (
    ("id", "uuid"), ("node", "text"), ("state", "text"), ("port", "text"), ("effect", "text"), ("idempotency_key", "text"),
    ("due_at", "timestamptz"), ("started_at", "timestamptz"), ("ended_at", "timestamptz"), ("output", "jsonb"),
)  # fmt: skip
_NAMES = ", ".join(name for name, _ in _FIELDS)
_RUN_FIELDS = Run._meta.concrete_fields


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


def insert(run: Run, births: list[Birth]) -> bool:
    """Write the run and its rows, all or nothing; False when its cause has begun a run already."""
    if connection.vendor != "postgresql":
        return _by_orm(run, births)
    import psycopg

    values = [_value(field.attname, getattr(run, field.attname)) for field in _RUN_FIELDS]
    rows = text_of([{name: getattr(birth, name) for name, _ in _FIELDS} for birth in births])
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_statement(), [*values, rows], prepare=True)
        begun = cursor.fetchone() is not None
    run._state.adding, run._state.db = False, connection.alias
    return begun


def _by_orm(run: Run, births: list[Birth]) -> bool:
    common = {"run": run, "team_id": run.team_id, "rank": run.rank}
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            StepRun.objects.bulk_create([StepRun(**common, **asdict(birth)) for birth in births])
    except IntegrityError:
        if Run.objects.filter(flow_id=run.flow_id, cause_kind=run.cause_kind, cause_key=run.cause_key).exists():
            return False
        raise
    return True


_OBJECTS = {field.attname for field in _RUN_FIELDS if isinstance(field, JSONField)}


def _value(name: str, value: Any) -> Any:
    return text_of(value) if name in _OBJECTS and value is not None else value


@cache
def _statement() -> str:
    marks = ", ".join("%s::jsonb" if field.attname in _OBJECTS else "%s" for field in _RUN_FIELDS)
    return (
        f"WITH r AS (INSERT INTO engine_run ({', '.join(str(field.column) for field in _RUN_FIELDS)}) VALUES ({marks}) "
        "ON CONFLICT (flow_id, cause_kind, cause_key) DO NOTHING RETURNING id, team_id, rank), "
        "s AS (INSERT INTO engine_steprun (run_id, team_id, rank, item_key, iteration, seq, token, worker, attempts_made, claims, explanation, "
        f"{_NAMES}) SELECT r.id, r.team_id, r.rank, '', 0, 0, 0, '', 0, 0, '', {', '.join(f'u.{name}' for name, _ in _FIELDS)} "
        f"FROM r, jsonb_to_recordset(%s::jsonb) AS u({', '.join(f'{name} {kind}' for name, kind in _FIELDS)})) SELECT id FROM r"
    )
