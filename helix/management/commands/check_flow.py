"""`manage.py check_flow FILE`: the problems of a graph in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helix.flows.check import check
from helix.flows.graph import UnreadableGraph, read_graph
from helix.flows.using import connection_facts, flow_facts
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Checks a flow's graph (JSON) and prints its problems, one a line; exits with 1 when there are errors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", help="slug of the team whose connections the flow uses")
        parser.add_argument("--json", action="store_true", help="print the problems as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first() if options["team"] else None
        if options["team"] and team is None:
            raise CommandError(f"There is no team “{options['team']}”.")
        try:
            graph = read_graph(options["file"].read_bytes())
            checked = check(graph, connection_facts(team), flows=flow_facts(team)) if team else check(graph, {})
            problems, bad = checked.problems, not checked.ok
        except UnreadableGraph as unreadable:
            problems, bad = tuple(unreadable.problems), True
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        if options["json"]:
            self.stdout.write(json.dumps([problem.as_json() for problem in problems], ensure_ascii=False, indent=1))
        for problem in () if options["json"] else problems:
            where = " ".join(filter(None, (problem.node, problem.field)))
            self.stdout.write(
                f"{problem.severity}: {problem.message} {problem.hint} [{problem.code}{' at ' + where if where else ''}]"
            )
        if bad:
            sys.exit(1)
