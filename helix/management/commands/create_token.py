"""`manage.py create_token`: a new key of the REST API; prints it and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.teams.keys import make_token
from helix.teams.models import Member, Team
from helix.teams.roles import Role


class Command(BaseCommand):
    help = "Prints a new API token of a team, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, help="the team's slug")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            known = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no team “{options['team']}”. Teams: {known or 'none yet'}.")
        owner = Member.objects.select_related("user").filter(team=team, role=Role.OWNER).order_by("created_at").first()
        if owner is None:
            raise CommandError(f"The team “{team.slug}” has no owner in whose name a token could be made.")
        self.stdout.write(make_token(team, owner.user, Role(options["role"]), options["name"]))
