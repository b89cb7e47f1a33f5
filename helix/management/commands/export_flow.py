"""`manage.py export_flow ID [--number N]`: a flow as JSON, for a file or another installation."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.flows.exchange import export_document
from helix.flows.models import Flow


class Command(BaseCommand):
    help = "Prints a flow as JSON: its graph and the names of the connections it uses, never their keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("flow", type=UUID, help="id of the flow, as in its address")
        parser.add_argument("--number", type=int, help="number of a version; left out: the draft")

    def handle(self, *args: Any, **options: Any) -> None:
        flow = Flow.objects.select_related("team").filter(pk=options["flow"], deleted_at=None).first()
        if flow is None:
            raise CommandError("There is no flow of this id.")
        version = flow.versions.filter(number=options["number"]).first() if options["number"] else None
        if options["number"] and version is None:
            raise CommandError(f"“{flow.name}” has no version {options['number']}.")
        self.stdout.write(json.dumps(export_document(flow, version), ensure_ascii=False, indent=1))
