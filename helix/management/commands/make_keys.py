"""`manage.py make_keys`: fresh values for HELIX_SECRET_KEY and HELIX_VAULT_KEYS."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from helix.connections.vault import make_key


class Command(BaseCommand):
    help = "Prints fresh secrets for the environment of a new installation. Keep them outside the database and its backups."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"HELIX_SECRET_KEY={secrets.token_urlsafe(50)}\nHELIX_VAULT_KEYS={make_key()}")
