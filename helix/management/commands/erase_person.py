"""`manage.py erase_person`: removes everything the runs of a team hold about one person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.audit.actors import COMMAND, acting
from helix.engine.erasing import erase
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Removes the data of every run that is about a person, and stops their waiting runs. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, help="short name of the team")
        parser.add_argument("person", help="id, cio_id or email address of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(
                f"There is no team “{options['team']}”. The short name stands in the address: /t/<name>/."
            )
        with acting(COMMAND):
            done = erase(team, options["person"])
        self.stdout.write(f"Erased the data of {done.runs} runs; {done.stopped} of them were stopped.")
        for table, count in sorted(done.rows.items()):
            self.stdout.write(f"  {count} rows of {table}")
        for run_id in done.under_way:
            self.stdout.write(f"Run {run_id} is about many people and still under way; repeat this once it has ended.")
