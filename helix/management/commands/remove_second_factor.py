"""`manage.py remove_second_factor`: lets somebody in again who lost their phone and their recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helix.audit.actors import COMMAND, acting
from helix.audit.acts import Act
from helix.teams.models import User
from helix.teams.noting import noted_of
from helix.teams.second_factor import remove_second_factor
from helix.teams.sessions import end_all


class Command(BaseCommand):
    help = "Removes a person's second factor and recovery codes and ends their sessions; make sure first that it is really them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose second factor is removed")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is nobody with the address {options['email']}.")
        if not remove_second_factor(user):
            raise CommandError(f"{user.email} has no second factor; `manage.py signin_link {user.email}` lets them in.")
        with acting(COMMAND):
            noted_of(user, Act.SECOND_FACTOR_OFF)
        ended = end_all(user)
        self.stdout.write(
            f"The second factor of {user.email} is removed, {ended} sessions are ended. `manage.py signin_link {user.email}` lets them in."
        )
