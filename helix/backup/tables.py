"""Which tables belong to Helix, and which of them a backup leaves out."""

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

LEFT_OUT = {
    "django_migrations",  # written by migrating
    "django_session",  # whoever finds a backup must not be signed in
    "engine_worker",  # signs of life
}


def applied() -> list[tuple[str, str]]:
    """The changes of the tables that were made."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def all_tables() -> list[str]:
    """Every table that Helix or Django made in this database."""
    fronts = tuple(f"{app}_" for app in {app for app, _ in applied()} | {"django"})
    with connection.cursor() as cursor:
        return sorted(name for name in connection.introspection.table_names(cursor) if name.startswith(fronts))


def kept_tables() -> list[str]:
    return [name for name in all_tables() if name not in LEFT_OUT]


def is_empty() -> bool:
    """Whether nobody has worked with this database yet."""
    names = set(all_tables())
    if "teams_user" not in names:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM teams_user) OR EXISTS (SELECT 1 FROM teams_team)")
        return not cursor.fetchone()[0]
