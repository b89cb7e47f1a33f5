"""`manage.py pause`: pauses everything of a team, or of all teams; `--resume` lets it go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.audit.actors import COMMAND, acting
from helix.teams.models import Team
from helix.triggers.pausing import pause_everything, resume_everything


class Command(BaseCommand):
    help = "Pauses everything of a team, or of all teams: no run begins, no step goes on. --resume lets it go on."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--team", help="short name of the team")
        which.add_argument("--all", action="store_true", help="every team of this installation")
        parser.add_argument("--reason", default="", help="shown to everybody while it lasts")
        parser.add_argument("--resume", action="store_true", help="let everything go on")

    def handle(self, *args: Any, **options: Any) -> None:
        teams = Team.objects.order_by("slug") if options["all"] else Team.objects.filter(slug=options["team"])
        if not teams:
            words = "There is no team." if options["all"] else f"There is no team “{options['team']}”."
            raise CommandError(f"{words} The short name stands in the address: /t/<name>/.")
        with acting(COMMAND):
            for team in teams:
                if options["resume"]:
                    self.stdout.write(f"{team.slug}: {'goes on' if resume_everything(team) else 'was not paused'}.")
                else:
                    since = pause_everything(team, options["reason"]).began_at
                    self.stdout.write(f"{team.slug}: everything is paused since {since:%Y-%m-%d %H:%M:%S} UTC.")
