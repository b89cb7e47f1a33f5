"""`manage.py recount`: counts ended runs anew for the charts, as far back as runs are kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.insights.harvest import recount
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Counts the ended runs of a team (or of all) anew for the charts. Counts of runs that were removed stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", default="", help="short name of the team; all teams without it")

    def handle(self, *args: Any, **options: Any) -> None:
        teams = Team.objects.filter(slug=options["team"]) if options["team"] else Team.objects.order_by("slug")
        if options["team"] and not teams.exists():
            raise CommandError(
                f"There is no team “{options['team']}”. The short name stands in the address: /t/<name>/."
            )
        for team in teams:
            runs, since = recount(team.pk)
            self.stdout.write(f"{team.slug}: {runs} runs counted anew" + (f" since {since}." if since else "."))
