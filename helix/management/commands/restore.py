"""`manage.py restore FILE`: the database as it was when the backup was made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.backup.after import settle
from helix.backup.archive import BadBackup
from helix.backup.restoring import restore


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty database and brings its tables up to date. Steps that may have been sent and must not be "
        "sent twice wait for a person. Stop Helix first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` has written")
        parser.add_argument(
            "--replace", action="store_true", help="also when the database is in use; it is backed up first"
        )
        parser.add_argument("--keys-lost", action="store_true", help="also when its secrets cannot be opened any more")
        parser.add_argument("--hold", action="store_true", help="cancel what had not ended and begin nothing that was due since: for when Helix worked on after the backup")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore(
                options["file"], self.stdout.write, replace=options["replace"], keys_lost=options["keys_lost"]
            )
        except BadBackup as error:
            raise CommandError(str(error)) from None
        after = settle(hold=options["hold"])
        self.stdout.write(
            f"Restored: {manifest.counts['runs']:,} runs, as of {manifest.made_at}, Helix {manifest.helix}."
        )
        if after.taken_back:
            self.stdout.write(f"{after.taken_back} steps were under way and were taken back.")
        if after.in_doubt:
            self.stdout.write(f"{after.in_doubt} calls may have been sent: they wait under “Waiting” for a person.")
        if after.held:
            self.stdout.write(
                f"{after.held} runs, deliveries and starts are held: begin again by hand what is still wanted."
            )
        elif after.live or after.due:
            self.stdout.write(
                f"{after.live} runs go on and {after.due} schedules are due once Helix is started. What was done after the backup "
                "is not known: restore with --replace --hold if that must not happen."
            )
        self.stdout.write(
            "Who was removed, erased or had a token revoked after the backup is back: do that again (`manage.py erase_person`)."
        )
        self.stdout.write("Everybody signs in again. `manage.py doctor` says whether all is well; then start Helix.")
