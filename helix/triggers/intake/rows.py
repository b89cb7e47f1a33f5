"""The two statements of the intake, written once: they run for every delivery, and building them anew takes most of its time."""

from functools import cache

from django.db import connection

from helix.teams.models import Team
from helix.triggers.intake.models import Endpoint, TriggerInbox

_FIELDS = tuple(TriggerInbox._meta.concrete_fields)


def find(team: str, path: str) -> Endpoint | None:
    """The endpoint at an address, read now: a secret replaced or a flow switched off counts from the next call on."""
    return next(iter(Endpoint.objects.raw(_select(), [path, team])), None)


def insert(row: TriggerInbox) -> bool:
    """Write the row in a transaction of its own; False when the endpoint has one with this key already."""
    with connection.cursor() as cursor:
        cursor.execute(
            _insert(), [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _FIELDS]
        )
        return bool(cursor.rowcount == 1)


@cache
def _select() -> str:
    name = connection.ops.quote_name
    columns = ", ".join(f"e.{name(str(field.column))}" for field in Endpoint._meta.concrete_fields)
    return (
        f"SELECT {columns} FROM {name(Endpoint._meta.db_table)} e JOIN {name(Team._meta.db_table)} t ON t.id = e.team_id "
        "WHERE e.path = %s AND t.slug = %s"
    )


@cache
def _insert() -> str:
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in _FIELDS)
    places = ", ".join(["%s"] * len(_FIELDS))
    return f"INSERT INTO {name(TriggerInbox._meta.db_table)} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING"
