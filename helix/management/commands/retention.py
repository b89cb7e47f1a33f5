"""`manage.py retention`: how long a team keeps the data of its runs; shows it, or sets it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.audit.actors import COMMAND, acting
from helix.engine.keeping import DAYS, BadDays, keep
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Shows how many days a team keeps the data of its runs, or sets them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, help="short name of the team")
        for name, (_, words) in DAYS.items():
            parser.add_argument(f"--{name}", type=int, metavar="DAYS", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(
                f"There is no team “{options['team']}”. The short name stands in the address: /t/<name>/."
            )
        try:
            with acting(COMMAND):
                keep(team, {name: options[name] for name in DAYS if options[name] is not None})
        except BadDays as refused:
            raise CommandError(f"--{refused.field}: {refused}") from None
        for column, words in DAYS.values():
            self.stdout.write(f"{getattr(team, column)} days: {words}")
