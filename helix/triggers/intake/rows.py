"""The two statements of the intake, written once: they run for every delivery, and building them anew takes most of its time."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django.db import connection

from helix.teams.models import Team
from helix.triggers.intake.models import Endpoint, TriggerInbox

_FIELDS = tuple(TriggerInbox._meta.concrete_fields)


def find(team: str, path: str) -> Endpoint | None:
    """The endpoint at an address, read now: a secret replaced or a flow switched off counts from the next call on."""
    return next(iter(Endpoint.objects.raw(_select(), [path, team])), None)


def insert(rows: Sequence[TriggerInbox]) -> set[UUID]:
    """Write the rows by one statement in a transaction of its own; the ids of those whose endpoint had none with this key."""
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in _FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(_insert(len(rows)), values)
        return {UUID(str(written)) for (written,) in cursor.fetchall()}


@cache
def _select() -> str:
    name = connection.ops.quote_name
    columns = ", ".join(f"e.{name(str(field.column))}" for field in Endpoint._meta.concrete_fields)
    return (
        f"SELECT {columns} FROM {name(Endpoint._meta.db_table)} e JOIN {name(Team._meta.db_table)} t ON t.id = e.team_id "
        "WHERE e.path = %s AND t.slug = %s"
    )


@cache
def _insert(count: int) -> str:
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in _FIELDS)
    places = ", ".join(["(" + ", ".join(["%s"] * len(_FIELDS)) + ")"] * count)
    table = name(TriggerInbox._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES {places} ON CONFLICT DO NOTHING RETURNING id"
