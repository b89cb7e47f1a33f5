"""`manage.py doctor`: is everything there that Helix needs? One line each, with what to do."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helix.health import examine


class Command(BaseCommand):
    help = "Tries the database, Redis, workers, scheduler, vault and sandbox; says what is wrong and what to do. Exits with 1 then."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print facts and addresses as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings, addresses = examine()
        if options["json"]:
            checks = {
                finding.name: {"ok": finding.ok, "message": finding.message, "hint": finding.hint}
                for finding in findings
            }
            self.stdout.write(json.dumps({**addresses, "checks": checks}))
        else:
            for finding in findings:
                hint = f" {finding.hint}" if finding.hint and not finding.ok else ""
                self.stdout.write(f"{'ok     ' if finding.ok else 'PROBLEM'} {finding.name}: {finding.message}{hint}")
        if not all(finding.ok for finding in findings):
            sys.exit(1)
