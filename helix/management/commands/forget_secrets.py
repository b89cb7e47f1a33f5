"""`manage.py forget_secrets`: after a vault key was lost for good, what it sealed can be entered again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.connections.vault import VaultLocked
from helix.health.forgetting import forget, lost_keys


class Command(BaseCommand):
    help = (
        "Forgets every secret that is sealed with a vault key which is not among HELIX_VAULT_KEYS, so that it can be entered again: "
        "connections pause until then, webhook secrets of ours are made anew, second factors are removed. Stop all processes first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="the keys are lost for good: forget what they sealed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lost = lost_keys()
            if not lost:
                self.stdout.write("Nothing is lost: HELIX_VAULT_KEYS opens every secret that is stored.")
                return
            names = ", ".join(f"“{name}” ({count} secrets)" for name, count in sorted(lost.items()))
            if not options["yes"]:
                raise CommandError(
                    f"These keys seal stored secrets and are not among HELIX_VAULT_KEYS: {names}. Put them back from your copy. "
                    "Only when they are lost for good, run this again with --yes: what they seal is then forgotten."
                )
            done = forget()
        except VaultLocked as error:
            raise CommandError(str(error)) from None
        for words, count in sorted(done.items()):
            self.stdout.write(f"{words}: {count}")
        self.stdout.write(
            f"What was sealed with {names} is forgotten. Start Helix, then enter the keys of the paused connections again, copy "
            "the new secrets of webhooks to their senders, and set up second factors anew."
        )
