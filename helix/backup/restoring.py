"""Restoring a backup. Everything that could speak against it is looked at before the first byte changes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from helix.backup import postgres, sqlite
from helix.backup.archive import BadBackup, Manifest, Reader, opened, proves
from helix.backup.making import make
from helix.backup.tables import all_tables, applied, is_empty
from helix.engine.models import Worker
from helix.version import VERSION

ALIVE = timedelta(seconds=30)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Say = Callable[[str], None]


def restore(path: Path, say: Say, *, replace: bool = False, keys_lost: bool = False) -> Manifest:
    """Make this installation's database what it was when the backup was made, with the tables of this version. `replace`: also
    when somebody has worked with it; that database is backed up first. `keys_lost`: also when stored secrets cannot be opened."""
    with opened(path) as reader:
        manifest = reader.manifest
        fits_version(manifest)
        _fits_database(manifest)
        if not keys_lost:
            _fits_keys(manifest)
        kept = _make_room(path, replace=replace)
        if kept is not None:
            say(f"The database as it was is kept in {kept}.")
        try:
            _put(reader)
        except (DatabaseError, BadBackup) as error:
            words = f"The backup could not be restored ({str(error).splitlines()[0]})."
            way = f"Restore {kept} to have the database as it was." if kept else "The database is still empty."
            raise BadBackup(f"{words} {way}") from error
    return manifest


def fits_version(manifest: Manifest) -> None:
    """BadBackup when the backup is of tables that this version does not know."""
    known = set(MigrationLoader(None).disk_migrations)
    if newer := [each for each in manifest.applied if each not in known]:
        raise BadBackup(
            f"This backup was made by a newer Helix ({manifest.helix}, {'.'.join(max(newer))}); this is {VERSION}. "
            "Restore it with that version or a later one."
        )


def _fits_database(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BadBackup(
            f"This backup is of {NAMES.get(manifest.vendor, manifest.vendor)}, and DATABASE_URL names "
            f"{NAMES.get(connection.vendor, connection.vendor)}. Name an empty database of the same kind."
        )


def _fits_keys(manifest: Manifest) -> None:
    wrong = [name for name, proof in manifest.keys.items() if not proves(name, proof)]
    if wrong:
        raise BadBackup(
            f"HELIX_VAULT_KEYS has not the keys that seal this backup's secrets: {', '.join(f'“{name}”' for name in wrong)}. "
            "Put them back from your copy. If they are lost for good, restore with --keys-lost, then run `manage.py forget_secrets`."
        )


def _make_room(path: Path, *, replace: bool) -> Path | None:
    """Where the database that was there is kept; None when there was none."""
    with suppress(DatabaseError):
        if Worker.objects.filter(ticked_at__gte=timezone.now() - ALIVE).exists():
            raise BadBackup(
                "Helix is running on this database, or was half a minute ago. Stop web, workers and scheduler, then restore."
            )
    if foreign := {app for app, _ in applied()} - {app for app, _ in MigrationLoader(None).disk_migrations}:
        raise BadBackup(
            f"This database holds tables of another program ({min(foreign)}). Give Helix a database of its own."
        )
    if is_empty():
        if connection.vendor == "postgresql":
            postgres.empty_all()
        return None
    if not replace:
        raise BadBackup(
            "There are teams and people in this database already. Restore into an empty one, or replace it with --replace; "
            "it is backed up first then."
        )
    kept = path.resolve().with_name(f"helix-before-restore-{timezone.now():%Y%m%d-%H%M%S}.zip")
    make(kept)
    if connection.vendor == "postgresql":
        postgres.empty_all()
    return kept


def _put(reader: Reader) -> None:
    if connection.vendor == "postgresql":
        executor = MigrationExecutor(connection)
        executor.migrate(last_of_each(reader.manifest, executor))
        missing = {part.table for part in reader.manifest.parts} - set(all_tables())
        if missing:
            raise BadBackup(f"its table {min(missing)} is unknown to this version")
        postgres.put(reader)
    else:
        sqlite.put(reader)
    call_command("migrate", interactive=False, verbosity=0)


def last_of_each(manifest: Manifest, executor: MigrationExecutor) -> list[tuple[str, str]]:
    """Of each app, the changes of its tables that nothing of the backup follows: migrated to these, the tables are as they were."""
    applied = set(manifest.applied)
    graph = executor.loader.graph
    return sorted(
        node
        for node in applied & graph.node_map.keys()
        if not any(child.key in applied and child.key[0] == node[0] for child in graph.node_map[node].children)
    )
