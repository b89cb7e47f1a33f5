"""Copying the tables of a PostgreSQL database as of one moment, and filling empty tables with them. Needs no program of
PostgreSQL's: what `COPY` gives goes into the backup."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from helix.backup.archive import PIECE, Part, Reader, Writer
from helix.backup.tables import all_tables, kept_tables

PATIENT = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def write(writer: Writer) -> None:
    """Add every table as it was when this began; others go on writing meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _take_time(cursor)
        for table in kept_tables():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
                "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
                [table],
            )
            columns = [row[0] for row in cursor.fetchall()]
            command = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _names(columns))
            writer.add(
                f"tables/{table}.copy",
                _copied(cursor.cursor, command),
                table=table,
                columns=columns,
                rows=lambda: cursor.cursor.rowcount,
            )


def empty_all() -> None:
    """Drop every table of Helix, and what depends on it."""
    with transaction.atomic(), connection.cursor() as cursor:
        _take_time(cursor)
        for table in all_tables():
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")


def put(reader: Reader) -> None:
    """Fill the tables, which are there as the backup knows them, in one transaction."""
    parts = reader.manifest.parts
    with transaction.atomic(), connection.cursor() as cursor:
        _take_time(cursor)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {', '.join(connection.ops.quote_name(part.table) for part in parts)} CASCADE")
        for part in parts:
            _fill(cursor, reader, part)


def _fill(cursor: Any, reader: Reader, part: Part) -> None:
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(part.table), _names(part.columns))
    with reader.open(part) as member, cursor.cursor.copy(command) as copy:
        while piece := member.read(PIECE):
            copy.write(piece)
    if "id" in part.columns:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [part.table])
        if (sequence := cursor.fetchone()[0]) is not None:
            table = connection.ops.quote_name(part.table)
            cursor.execute(f"SELECT setval(%s, coalesce((SELECT max(id) FROM {table}), 0) + 1, false)", [sequence])


def _copied(cursor: Any, command: sql.Composed) -> Iterator[bytes | memoryview]:
    """What COPY gives, in pieces that are worth compressing."""
    pieces = bytearray()
    with cursor.copy(command) as copy:
        for data in copy:
            pieces += data
            if len(pieces) >= PIECE:
                yield bytes(pieces)
                pieces.clear()
    yield bytes(pieces)


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _take_time(cursor: Any) -> None:
    for name in PATIENT:
        cursor.execute(f"SET LOCAL {name} = 0")
