"""`manage.py audit`: is the audit log whole (verify), where does it end (head), and away with what is old (purge)."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from helix.audit.actors import COMMAND, acting
from helix.audit.chain import INSTANCE, KEPT, remove_old, scopes, verify
from helix.audit.models import Entry, Head
from helix.teams.models import Team


class Command(BaseCommand):
    help = "Verifies the audit log (verify), tells where each chain ends (head), or removes old entries (purge)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "head", "purge"])
        parser.add_argument("--team", help="short name of the team; left out: every team and the installation's own")
        parser.add_argument(
            "--known", metavar="NUMBER:SEAL", help="with verify: what `head` said earlier; finds cut off newest entries"
        )
        parser.add_argument("--days", type=int, default=KEPT.days, help="with purge: how long entries are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [self._scope(options["team"])] if options["team"] else scopes()
        if options["what"] == "head":
            for head in Head.objects.filter(scope__in=wanted).order_by("scope"):
                self.stdout.write(f"{self._name(head.scope)} {head.number}:{head.digest}")
        elif options["what"] == "purge":
            if options["days"] < 1:
                raise CommandError("--days takes 1 or more.")
            with acting(COMMAND):
                for scope in wanted:
                    count = remove_old(scope, timezone.now() - timedelta(days=options["days"]))
                    self.stdout.write(f"{self._name(scope)}: {count} entries removed.")
        else:
            self._verify(wanted, options["known"])

    def _verify(self, wanted: list[str], known: str | None) -> None:
        if known and len(wanted) != 1:
            raise CommandError("--known is about one chain: name it with --team.")
        wrong = 0
        for scope in wanted:
            found = list(verify(scope, self._known(known)))
            count = Entry.objects.filter(scope=scope).count()
            self.stdout.write(f"{self._name(scope)}: {count} entries, {'whole' if not found else 'NOT WHOLE'}.")
            for words in found[:20]:
                self.stdout.write(f"  {words}")
            wrong += len(found)
        if wrong:
            raise CommandError(
                "The audit log is not whole. If HELIX_SECRET_KEY was changed, put the old key back and look again; "
                "else somebody wrote to the database: compare with a backup."
            )

    def _known(self, text: str | None) -> tuple[int, str] | None:
        if not text:
            return None
        number, _, seal = text.rpartition(" ")[2].partition(":")
        if not number.isdecimal() or len(seal) != 64:
            raise CommandError("--known takes what `manage.py audit head` said: NUMBER:SEAL.")
        return int(number), seal

    def _scope(self, slug: str) -> str:
        if slug == INSTANCE:
            return INSTANCE
        team = Team.objects.filter(slug=slug).first()
        if team is None:
            raise CommandError(f"There is no team “{slug}”. The short name stands in the address: /t/<name>/.")
        return str(team.pk)

    def _name(self, scope: str) -> str:
        return {str(pk): slug for pk, slug in Team.objects.values_list("pk", "slug")}.get(scope, scope)
