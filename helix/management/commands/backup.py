"""`manage.py backup FILE`: everything but keys, as of one moment, while Helix works on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.backup.archive import BadBackup
from helix.backup.making import make


class Command(BaseCommand):
    help = "Writes a backup of the database into a file. HELIX_VAULT_KEYS and HELIX_SECRET_KEY are not in it; keep them apart."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it; the file must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make(options["file"])
        except BadBackup as error:
            raise CommandError(str(error)) from None
        keys = ", ".join(f"“{name}”" for name in made.manifest.keys)
        needs = (
            f" Its secrets open with the vault keys {keys} only: keep a copy of HELIX_VAULT_KEYS elsewhere."
            if keys
            else ""
        )
        runs = made.manifest.counts["runs"]
        self.stdout.write(f"{made.path}: {made.bytes / 1e6:.1f} MB, {runs:,} runs, Helix {made.manifest.helix}.{needs}")
