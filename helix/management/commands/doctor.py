"""`manage.py doctor`: is everything there that Helix needs, and well chosen? One line each, with what to do."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.health.examine import checks, examine


class Command(BaseCommand):
    help = (
        "Tries the database, Redis, workers, scheduler, keys, settings, clock, disk and the invariants of runs; says what is "
        "wrong and what to do. Exits with 1 when there is a problem; advice alone is no problem."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print facts and addresses as JSON")
        parser.add_argument("--only", default="", help="names of checks, comma separated; all without it")
        parser.add_argument("--here", action="store_true", help="look for the worker and scheduler of this host only")

    def handle(self, *args: Any, **options: Any) -> None:
        only = [name.strip() for name in options["only"].split(",") if name.strip()]
        if unknown := set(only) - set(checks()):
            raise CommandError(f"There is no check “{min(unknown)}”. These are there: {', '.join(checks())}.")
        findings, addresses = examine(only, here=options["here"])
        if options["json"]:
            found = {
                each.name: {"ok": each.ok, "grave": each.grave, "message": each.message, "hint": each.hint}
                for each in findings
            }
            self.stdout.write(json.dumps({**addresses, "checks": found}))
        else:
            for each in findings:
                hint = f" {each.hint}" if each.hint and not each.ok else ""
                self.stdout.write(f"{each.word:<7} {each.name}: {each.message}{hint}")
        if any(each.grave and not each.ok for each in findings):
            sys.exit(1)
