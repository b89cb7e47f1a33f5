"""`manage.py retention`: how long a team keeps the data of its runs; shows it, or sets it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helix.audit.actors import COMMAND, acting
from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.teams.models import Team

DAYS = {
    "good": ("keep_good_days", "data of runs that succeeded"),
    "failed": ("keep_failed_days", "data of runs that failed or were cancelled"),
    "runs": ("keep_runs_days", "the runs themselves, without data"),
}
MOST = 3650


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
        before = _in_words(team)
        for name, (column, _) in DAYS.items():
            days = options[name]
            if days is None:
                continue
            if not 0 <= days <= MOST:
                raise CommandError(f"--{name} takes 0 to {MOST} days, not {days}.")
            setattr(team, column, days)
        after = _in_words(team)
        if team.keep_runs_days < max(team.keep_good_days, team.keep_failed_days):
            raise CommandError("Runs must be kept at least as long as their data: raise --runs, or lower the others.")
        with transaction.atomic(), acting(COMMAND):
            team.save(update_fields=[column for column, _ in DAYS.values()])
            if after != before:
                noted(team.pk, Act.RETENTION_CHANGED, team, before=before, after=after)
        for column, words in DAYS.values():
            self.stdout.write(f"{getattr(team, column)} days: {words}")


def _in_words(team: Team) -> str:
    return ", ".join(f"{words}: {getattr(team, column)} days" for column, words in DAYS.values())
