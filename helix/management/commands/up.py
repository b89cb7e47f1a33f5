"""`manage.py up`: starts every process of Helix on this machine and prints a sign-in link."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helix.up.options import add_options, as_arguments


class Command(BaseCommand):
    help = (
        "Starts the queue, sandbox, web server, worker and scheduler on this machine; prints a link that signs you in."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        # A fresh process in this one's place: Django read the environment before the secrets were in it.
        os.execv(sys.executable, [sys.executable, "-m", "helix.up", *as_arguments(options)])
