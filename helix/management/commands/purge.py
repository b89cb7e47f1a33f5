"""`manage.py purge`: removes what the teams' retention says is due, at once instead of batch by batch beside the schedules."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helix.engine.retention import counted, purge

WORDS = {"data": "would lose their data", "runs": "would be removed"}


class Command(BaseCommand):
    help = "Removes data of runs, and runs, whose time is over by the retention of their team (manage.py retention)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how much is due")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            due = {key: count for key, count in counted().items() if count}
            for (team, what), count in sorted(due.items()):
                self.stdout.write(f"{team}: {count} runs {WORDS[what]}")
            if not due:
                self.stdout.write("Nothing is due.")
            return
        done = purge()
        self.stdout.write(
            f"{done['data']} runs lost their data, {done['runs']} were removed, {done['orphans']} values that nothing pointed to "
            f"were dropped ({done['batches']} batches)."
        )
