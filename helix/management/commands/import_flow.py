"""`manage.py import_flow FILE --team SLUG [--name N]`: a flow from a file, as a draft that is switched off."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.flows.exchange import BadDocument, UnreadableGraph, take_in
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Makes a flow of a file that export_flow printed, or that n8n has exported. It arrives as a draft, with the problems it has here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", required=True, help="slug of the team")
        parser.add_argument("--name", help="another name for the flow")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team “{options['team']}”.")
        try:
            found = take_in(team, options["file"].read_bytes(), None, options["name"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except (BadDocument, UnreadableGraph) as bad:
            raise CommandError(str(bad)) from None
        self.stdout.write(f"{found.flow.pk} “{found.flow.name}”, {len(found.flow.problems)} problems")
        for sentence in found.report.sentences() if found.report else ():
            self.stdout.write(sentence)
