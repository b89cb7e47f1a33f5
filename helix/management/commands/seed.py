"""`manage.py seed`: the demo team, once."""

from typing import Any

from django.core.management.base import BaseCommand

from helix.demo import make_demo


class Command(BaseCommand):
    help = "Makes the demo team with its owner, sandbox connection and example flows, unless it is there."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = make_demo()
        self.stdout.write(f"The demo team is there; its owner is {owner.email}.")
