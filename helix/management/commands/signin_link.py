"""`manage.py signin_link`: a link that signs one person in, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from helix.teams.keys import make_link
from helix.teams.models import Member, User
from helix.teams.roles import Role


class Command(BaseCommand):
    help = "Prints a link that signs a person in once, within twelve hours; without an e-mail address, the first owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="whom the link signs in")
        parser.add_argument(
            "--path", action="store_true", help="print the path only, without the address of the server"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["email"]:
            user = User.objects.filter(email=options["email"].lower()).first()
        else:
            user = (
                User.objects.filter(pk__in=Member.objects.filter(role=Role.OWNER).values("user"))
                .order_by("created_at")
                .first()
            )
        if user is None:
            raise CommandError("There is nobody of that name. `manage.py createowner` makes the first person.")
        path = reverse("teams:link", kwargs={"token": make_link(user)})
        base = settings.HELIX.HELIX_BASE_URL or f"http://localhost:{settings.HELIX.HELIX_PORT}"
        self.stdout.write(path if options["path"] else f"{base}{path}")
