"""`manage.py rotate_keys`: every stored secret under the newest key of HELIX_VAULT_KEYS, while Helix works."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helix.audit.actors import COMMAND, acting
from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections import vault
from helix.health.sealed import rewrap_all, sealed_under


class Command(BaseCommand):
    help = (
        "Wraps the keys of all stored secrets with the newest (first) key of HELIX_VAULT_KEYS, while Helix works, and says "
        "which older keys are still needed. It may be stopped and started again at any time."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            newest, *older = vault.ring()
            result = rewrap_all()
        except vault.VaultLocked as error:
            raise CommandError(str(error)) from None
        took = time.monotonic() - begun
        words = f"{result.done:,} rewrapped with “{newest}” in {took:.1f} s; {result.already:,} were there already."
        self.stdout.write(words)
        if result.done:
            with acting(COMMAND):
                noted(None, Act.VAULT_REWRAPPED, kind="vault", name=newest, after=words)
        held = sealed_under()
        needed = [name for name in held if name != newest]
        for name in older:
            if name not in needed:
                self.stdout.write(
                    f"“{name}” is not needed any more by this database: take it out of HELIX_VAULT_KEYS of all processes, "
                    "and keep a copy for as long as you keep backups made before now."
                )
        for name in needed:
            if name in older:
                self.stdout.write(
                    f"“{name}” is still needed for {held[name]}: a process that was not restarted uses it. "
                    "Restart all processes, then run this once more."
                )
        lost = {name: held[name] for name in needed if name not in older}
        if lost:
            names = ", ".join(f"“{name}” ({count})" for name, count in sorted(lost.items()))
            raise CommandError(
                f"These keys are needed and are not among HELIX_VAULT_KEYS: {names}. Put them back from your copy "
                "and run this again; if they are lost for good, `manage.py forget_secrets` lets the secrets be entered again."
            )
