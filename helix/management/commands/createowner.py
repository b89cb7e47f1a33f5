"""`manage.py createowner`: the first person and their team on a fresh production installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.text import slugify

from helix.teams.models import Member, Team, User
from helix.teams.roles import Role


class Command(BaseCommand):
    help = "Makes a person and a team that they own; `manage.py signin_link EMAIL` then lets them in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--team", default="Our team", help="name of the team")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        team, _ = Team.objects.get_or_create(
            slug=slugify(options["team"])[:48] or "team", defaults={"name": options["team"]}
        )
        Member.objects.update_or_create(team=team, user=user, defaults={"role": Role.OWNER})
        self.stdout.write(f"{email} owns the team “{team.name}” ({team.slug}).")
