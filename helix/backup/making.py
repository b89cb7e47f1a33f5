"""Making a backup: everything as of one moment, while Helix works on. Keys are not in it, and neither is who is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from helix.backup import postgres, sqlite
from helix.backup.archive import BadBackup, Manifest, Writer, proof_of
from helix.backup.tables import applied, is_empty
from helix.engine.models import Run
from helix.health.choices import sealed_under
from helix.version import VERSION


@dataclass(frozen=True)
class Made:
    path: Path
    bytes: int
    manifest: Manifest


def make(path: Path) -> Made:
    """Write a backup of this installation's database into the file; BadBackup when that is impossible."""
    path = path.resolve()
    if is_empty():
        raise BadBackup("There is nothing to back up: the database has no team and no person.")
    writer = Writer(path)
    try:
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        (postgres if connection.vendor == "postgresql" else sqlite).write(writer)
        manifest = Manifest(
            helix=VERSION,
            made_at=made_at,
            vendor=connection.vendor,
            applied=applied(),
            keys={name: proof_of(name) for name in sorted(sealed_under())},
            counts={"runs": Run.objects.count()},
            parts=writer.parts,
        )
        writer.close(manifest)
    except OSError as error:
        raise BadBackup(f"{path} cannot be written ({error.strerror}). Make room, or choose another place.") from None
    finally:
        writer.abandon()
    return Made(path, path.stat().st_size, manifest)
