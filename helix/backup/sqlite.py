"""Copying an SQLite database while others write, and putting a copy in its place."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.db import connection

from helix.backup.archive import PIECE, BadBackup, Reader, Writer
from helix.backup.tables import LEFT_OUT, all_tables

NAME = "database.sqlite3"


def file() -> Path:
    return Path(str(connection.settings_dict["NAME"])).resolve()


def write(writer: Writer) -> None:
    """Add a consistent copy of the database, without what a backup leaves out."""
    forget = [name for name in all_tables() if name in LEFT_OUT - {"django_migrations"}]
    with tempfile.TemporaryDirectory(dir=writer.path.parent, prefix=".helix-backup-") as folder:
        copy = Path(folder) / NAME
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            with closing(sqlite3.connect(f"file:{file()}?mode=ro", uri=True, timeout=20)) as source:
                # In one piece: writers go on beside it (WAL), while in several their changes would make it begin anew, for ever.
                source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
            for name in forget:
                target.execute(f'DELETE FROM "{name}"')
            _sound(target, "The database is damaged")
        writer.add(NAME, _pieces(copy))


def put(reader: Reader) -> None:
    """Put the backup's database in this one's place: whole, or not at all."""
    (part,) = reader.manifest.parts
    place = file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.restored")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            with reader.open(part) as member:
                shutil.copyfileobj(member, target, PIECE)
            target.flush()
            os.fsync(target.fileno())
        with closing(sqlite3.connect(fresh)) as copy:
            _sound(copy, "The database in the backup is damaged")
        connection.close()
        for end in ("-wal", "-shm"):
            place.with_name(f"{place.name}{end}").unlink(missing_ok=True)
        fresh.replace(place)
    except OSError as error:
        raise BadBackup(
            f"{place} cannot be written ({error.strerror}). Make room, or give yourself the right to."
        ) from None
    finally:
        fresh.unlink(missing_ok=True)


def _sound(database: sqlite3.Connection, words: str) -> None:
    try:
        (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BadBackup(f"{words} ({said}).")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(PIECE):
            yield piece
