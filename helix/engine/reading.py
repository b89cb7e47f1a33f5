"""Reading a run and its rows when a worker begins on it. PostgreSQL is asked by statements that it keeps prepared: building
them anew, as the ORM does for each question, costs more than answering them."""

import json
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import JSONField

from helix.engine.models import Run, StepRun
from helix.flows.models import Flow

NOT_NEEDED = ("flow__draft", "flow__problems", "flow__editors")
_FIELDS = Run._meta.concrete_fields
_NAMES = [field.attname for field in _FIELDS]
_OBJECTS = [number for number, field in enumerate(_FIELDS) if isinstance(field, JSONField)]
_RUN = f"SELECT {', '.join(f'r.{field.column}' for field in _FIELDS)}, f.name FROM engine_run r JOIN flows_flow f ON f.id = r.flow_id WHERE r.id = %s"
_ROWS = "SELECT {columns} FROM engine_steprun WHERE run_id = %s AND item_key = ANY(%s)"


def read_run(run_id: UUID) -> Run:
    """The run as it stands now; of its flow only the name is sure to be there."""
    if connection.vendor != "postgresql":
        return Run.objects.select_related("flow").defer(*NOT_NEEDED).get(pk=run_id)
    found = _asked(_RUN, run_id)
    if not found:
        raise Run.DoesNotExist(f"There is no run {run_id}.")
    *values, name = found[0]
    for number in _OBJECTS:
        values[number] = None if values[number] is None else json.loads(values[number])
    run = Run.from_db(connection.alias, _NAMES, values)
    run.flow = Flow.from_db(connection.alias, ["id", "name"], [run.flow_id, name])
    return run


def read_rows(run_id: UUID, turns: tuple[str, ...], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """These columns of the steps of these turns; objects (`counts`) as objects."""
    if connection.vendor != "postgresql":
        return list(StepRun.objects.filter(run_id=run_id, item_key__in=turns).values_list(*columns))
    found = _asked(_ROWS.format(columns=", ".join(columns)), run_id, list(turns))
    objects = columns.index("counts")
    return [
        row if row[objects] is None else (*row[:objects], json.loads(row[objects]), *row[objects + 1 :])
        for row in found
    ]


def _asked(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    import psycopg

    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall()
