"""What SQLite knows of how full the tables are: without it, it takes the wrong index for some lists once there are many runs.
PostgreSQL looks after that by itself."""

from django.db import connection

MANY = 10_000
LOOKED_AT = 1000
"""Rows that are looked at in each index: it takes some hundredths of a second, however many there are."""
TABLES = ("engine_run", "engine_runperson")


def count_rows() -> bool:
    """Let SQLite look at the tables that lists are made from; whether it did. Figures of small tables would soon be wrong."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(rowid) FROM engine_run")
        if (cursor.fetchone()[0] or 0) < MANY:
            return False
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
    return True
