"""The one durable commit of a step: everything that follows from its outcome, guarded by the run's `seq`.

`seq` is raised by every change of a run or of its steps. Whoever writes names the value that it has seen; another value
means that the run has changed meanwhile, nothing is written, and the writer looks again. On PostgreSQL the whole is one
statement; on SQLite a short transaction.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from helix.engine.models import Run
from helix.engine.rows import Row
from helix.engine.turnstile import one_writer
from integrations.kit.points import reach

_STATE_COLUMNS = (
    ("state", "text"), ("port", "text"), ("token", "bigint"), ("worker", "text"), ("lease_until", "timestamptz"),
    ("due_at", "timestamptz"), ("attempts_made", "int"), ("claims", "int"), ("sent_at", "timestamptz"),
    ("started_at", "timestamptz"), ("claimed_at", "timestamptz"), ("ended_at", "timestamptz"), ("counts", "jsonb"),
)  # fmt: skip
_TOLD_COLUMNS = (("input", "jsonb"), ("output", "jsonb"), ("explanation", "text"))
_BIRTH_COLUMNS = (("node", "text"), ("item_key", "text"), ("effect", "text"), ("idempotency_key", "text"))
_ATTEMPT_COLUMNS = (
    ("step_id", "uuid"), ("number", "int"), ("outcome", "text"), ("started_at", "timestamptz"),
    ("ended_at", "timestamptz"), ("exchanges", "jsonb"), ("error", "jsonb"),
)  # fmt: skip
_ITEM_COLUMNS = (("loop", "text"), ("item_key", "text"), ("position", "int"), ("state", "text"), ("value", "jsonb"))
_RUN_COLUMNS = ("state", "ending", "attention", "news", "message", "result", "started_at", "ended_at")
_ENCODER = DjangoJSONEncoder()
_OBJECTS = {"counts", "error", "result"}
_WRITTEN = {"input", "output", "exchanges", "value"}
"""JSON columns whose values are JSON text already."""


@dataclass(frozen=True)
class Told:
    """What a step took in and gave out, as JSON text, to be written with its row."""

    row: Row
    input: str
    output: str
    explanation: str


@dataclass
class Write:
    """All that one commit writes. `changed` and `told` hold rows as they shall be; a row is in one of them only."""

    told: list[Told] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    begun: list[Row] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    persons: set[str] = field(default_factory=set)  # digests of people that the run is about
    items_ended: list[dict[str, Any]] = field(default_factory=list)
    cancel_rest: bool = False  # cancel every step of the run that has not begun, known here or not


def write(run: Run, seq: int, change: Write, now: datetime) -> bool:
    """Write the change and the run's columns, if the run is still at `seq`. Then it is at the next one; else False."""
    reach("before_result_commit")
    done = (
        _on_postgres(run, seq, change, now) if connection.vendor == "postgresql" else _on_sqlite(run, seq, change, now)
    )
    if done:
        reach("after_result_commit")
        run.seq = seq + 1
    return done


def text_of(value: Any) -> str:
    """JSON text that both databases can keep: characters that are no text become U+FFFD, numbers that are none null."""
    try:
        text = orjson.dumps(value, default=_ENCODER.default, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # half a character, or a number of more than 64 bits
        return _plain(keepable(value))
    return _plain(keepable(value)) if "\\u0000" in text else text


def _plain(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)


def keepable(value: Any) -> Any:
    """The value without what no database can keep."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, tuple)):
        return [keepable(each) for each in value]
    if isinstance(value, dict):
        return {keepable(name): keepable(each) for name, each in value.items()}
    return value


def _fields(row: Row, columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {name: getattr(row, name) for name, _ in columns}


def _told_fields(told: Told) -> dict[str, Any]:
    return {"input": _or_none(told.input), "output": _or_none(told.output), "explanation": keepable(told.explanation)}


def _or_none(text: str) -> str | None:
    return None if text == "null" else text


# --- PostgreSQL: one statement ------------------------------------------------------------------------------------------


def _recordset(columns: Sequence[tuple[str, str]]) -> str:
    kinds = (f'"{name}" {"text" if name in _WRITTEN else kind}' for name, kind in columns)
    return f"jsonb_to_recordset(%s::jsonb) AS u({', '.join(kinds)})"


def _from_record(name: str) -> str:
    return f'u."{name}"::jsonb' if name in _WRITTEN else f'u."{name}"'


def _setting(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f'"{name}" = {_from_record(name)}' for name, _ in columns)


def _names(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f'"{name}"' for name, _ in columns)


def _taken(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(_from_record(name) for name, _ in columns)


_ID = (("id", "uuid"),)
_POSTGRES = {
    "run": (
        "WITH r AS (UPDATE engine_run SET seq = seq + 1, "
        + ", ".join(f"{name} = %s" for name in _RUN_COLUMNS)
        + " WHERE id = %s AND seq = %s RETURNING id, team_id, rank, seq)"
    ),
    "changed": f", c AS (UPDATE engine_steprun t SET seq = r.seq, {_setting(_STATE_COLUMNS)} FROM r, {_recordset(_ID + _STATE_COLUMNS)} WHERE t.id = u.id RETURNING 1)",
    "told": f", o AS (UPDATE engine_steprun t SET seq = r.seq, {_setting(_STATE_COLUMNS + _TOLD_COLUMNS)} FROM r, {_recordset(_ID + _STATE_COLUMNS + _TOLD_COLUMNS)} WHERE t.id = u.id RETURNING 1)",
    "attempts": f", a AS (INSERT INTO engine_attempt ({_names(_ATTEMPT_COLUMNS)}) SELECT {_taken(_ATTEMPT_COLUMNS)} FROM r, {_recordset(_ATTEMPT_COLUMNS)} RETURNING 1)",
    "begun": (
        f", b AS (INSERT INTO engine_steprun (id, run_id, team_id, rank, seq, iteration, explanation, {_names(_BIRTH_COLUMNS + _STATE_COLUMNS)}) "
        f"SELECT u.id, r.id, r.team_id, r.rank, r.seq, 0, '', {_taken(_BIRTH_COLUMNS + _STATE_COLUMNS)} FROM r, {_recordset(_ID + _BIRTH_COLUMNS + _STATE_COLUMNS)} RETURNING 1)"
    ),
    "items": f", i AS (INSERT INTO engine_item (run_id, {_names(_ITEM_COLUMNS)}) SELECT r.id, {_taken(_ITEM_COLUMNS)} FROM r, {_recordset(_ITEM_COLUMNS)} RETURNING 1)",
    "items_ended": (
        ", e AS (UPDATE engine_item t SET state = u.state FROM r, jsonb_to_recordset(%s::jsonb) AS u(loop text, item_key text, state text) "
        "WHERE t.run_id = r.id AND t.loop = u.loop AND t.item_key = u.item_key RETURNING 1)"
    ),
    "persons": ", p AS (INSERT INTO engine_runperson (run_id, digest) SELECT r.id, d FROM r, unnest(%s::text[]) AS d ON CONFLICT DO NOTHING RETURNING 1)",
    "rest": (
        ", x AS (UPDATE engine_steprun t SET seq = r.seq, state = 'cancelled', due_at = NULL, ended_at = %s FROM r "
        "WHERE t.run_id = r.id AND t.state IN ('pending', 'ready', 'waiting') AND NOT t.id = ANY(%s) RETURNING 1)"
    ),
}  # fmt: skip


def _casts(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f'"{name}" = %s::{kind}' for name, kind in columns)


FEW = 2
"""Rows up to this number are named one by one: a planner that sees a set guesses a hundred, and reads the whole table."""
_SINGLE_COLUMNS = {
    "changed": _STATE_COLUMNS,
    "told": _STATE_COLUMNS + _TOLD_COLUMNS,
    "attempts": _ATTEMPT_COLUMNS,
}
_SINGLE = {
    name: f", {name}{{0}} AS (UPDATE engine_steprun t SET seq = r.seq, {_casts(_SINGLE_COLUMNS[name])} FROM r WHERE t.id = %s RETURNING 1)"
    for name in ("changed", "told")
} | {
    "attempts": f", attempt{{0}} AS (INSERT INTO engine_attempt ({_names(_ATTEMPT_COLUMNS)}) "
    f"SELECT {', '.join(f'%s::{kind}' for _, kind in _ATTEMPT_COLUMNS)} FROM r RETURNING 1)"
}


def _single(name: str, row: dict[str, Any]) -> list[Any]:
    values = [
        text_of(row[column]) if column in _OBJECTS and row[column] is not None else row[column]
        for column, _ in _SINGLE_COLUMNS[name]
    ]
    return values if name == "attempts" else [*values, row["id"]]


def _on_postgres(run: Run, seq: int, change: Write, now: datetime) -> bool:
    import psycopg

    parts = [_POSTGRES["run"]]
    params: list[Any] = [*_run_values(run), run.id, seq]
    records: list[tuple[str, list[dict[str, Any]]]] = [
        ("changed", [{"id": row.id, **_fields(row, _STATE_COLUMNS)} for row in change.changed]),
        ("told", [{"id": told.row.id, **_fields(told.row, _STATE_COLUMNS), **_told_fields(told)} for told in change.told]),
        ("attempts", change.attempts),
        ("begun", [{"id": row.id, **_fields(row, _BIRTH_COLUMNS + _STATE_COLUMNS)} for row in change.begun]),
        ("items", change.items),
        ("items_ended", change.items_ended),
    ]  # fmt: skip
    for name, rows in records:
        if 0 < len(rows) <= FEW and name in _SINGLE:
            for number, row in enumerate(rows):
                parts.append(_SINGLE[name].format(number))
                params += _single(name, row)
        elif rows:
            parts.append(_POSTGRES[name])
            params.append(text_of(rows))
    if change.persons:
        parts.append(_POSTGRES["persons"])
        params.append(sorted(change.persons))
    if change.cancel_rest:
        parts.append(_POSTGRES["rest"])
        params += [now, [row.id for row in change.changed] + [told.row.id for told in change.told]]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("".join(parts) + " SELECT seq FROM r", params, prepare=True)
        return cursor.fetchone() is not None


def _run_values(run: Run) -> list[Any]:
    run.message = keepable(run.message)
    return [
        text_of(run.result) if name == "result" and run.result is not None else getattr(run, name)
        for name in _RUN_COLUMNS
    ]


# --- SQLite: a short transaction -----------------------------------------------------------------------------------------


def _on_sqlite(run: Run, seq: int, change: Write, now: datetime) -> bool:
    with one_writer(), transaction.atomic(), connection.cursor() as cursor:
        setting = ", ".join(f"{name} = %s" for name in _RUN_COLUMNS)
        cursor.execute(
            f"UPDATE engine_run SET seq = seq + 1, {setting} WHERE id = %s AND seq = %s",
            [*map(_kept, _run_values(run)), run.id.hex, seq],
        )
        if cursor.rowcount != 1:
            return False
        after = seq + 1

        def update(rows: list[dict[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
            if rows:
                sets = ", ".join(f'"{name}" = %s' for name, _ in columns)
                values = [[*_values(row, columns), after, row["id"].hex] for row in rows]
                cursor.executemany(f"UPDATE engine_steprun SET {sets}, seq = %s WHERE id = %s", values)

        def insert(table: str, rows: list[dict[str, Any]], columns: Sequence[tuple[str, str]], **fixed: Any) -> None:
            if rows:
                names = ", ".join([f'"{name}"' for name, _ in columns] + list(fixed))
                marks = ", ".join(["%s"] * (len(columns) + len(fixed)))
                values = [[*_values(row, columns), *map(_kept, fixed.values())] for row in rows]
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)

        update([{"id": row.id, **_fields(row, _STATE_COLUMNS)} for row in change.changed], _STATE_COLUMNS)
        update(
            [{"id": told.row.id, **_fields(told.row, _STATE_COLUMNS), **_told_fields(told)} for told in change.told],
            _STATE_COLUMNS + _TOLD_COLUMNS,
        )
        reach("inside_result_commit")
        insert("engine_attempt", change.attempts, _ATTEMPT_COLUMNS)
        births = [{"id": row.id, **_fields(row, _BIRTH_COLUMNS + _STATE_COLUMNS)} for row in change.begun]
        insert("engine_steprun", births, _ID + _BIRTH_COLUMNS + _STATE_COLUMNS,
               run_id=run.id, team_id=run.team_id, rank=run.rank, seq=after, iteration=0, explanation="")  # fmt: skip
        insert("engine_item", change.items, _ITEM_COLUMNS, run_id=run.id)
        for digest in change.persons:
            cursor.execute(
                "INSERT OR IGNORE INTO engine_runperson (run_id, digest) VALUES (%s, %s)", [run.id.hex, digest]
            )
        for item in change.items_ended:
            cursor.execute(
                "UPDATE engine_item SET state = %s WHERE run_id = %s AND loop = %s AND item_key = %s",
                [item["state"], run.id.hex, item["loop"], item["item_key"]],
            )
        if change.cancel_rest:
            known = [row.id.hex for row in change.changed] + [told.row.id.hex for told in change.told]
            cursor.execute(
                "UPDATE engine_steprun SET seq = %s, state = 'cancelled', due_at = NULL, ended_at = %s WHERE run_id = %s "
                "AND state IN ('pending', 'ready', 'waiting') AND id NOT IN (SELECT value FROM json_each(%s))",
                [after, _kept(now), run.id.hex, json.dumps(known)],
            )
        return True


def _values(row: dict[str, Any], columns: Sequence[tuple[str, str]]) -> list[Any]:
    return [
        text_of(row[name]) if name in _OBJECTS and row[name] is not None else _kept(row[name]) for name, _ in columns
    ]


def _kept(value: Any) -> Any:
    """A value as SQLite's columns hold it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, str) else value
