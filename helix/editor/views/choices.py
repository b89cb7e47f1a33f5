"""The door of choices: things of the account, and flows of the team, found by name."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from helix.connections.grants import ASK, WITHHELD, withheld_from
from helix.connections.models import Connection
from helix.connections.opening import NoSandbox, open_credentials
from helix.connections.vault import VaultLocked
from helix.editor.forms import account
from helix.editor.views.flow import flow_or_404
from helix.flows.access import flows_for
from helix.flows.using import flow_facts
from helix.ids import new_id
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Member
from helix.teams.roles import Ability
from integrations.kit.client import Client, open_client, send
from integrations.kit.errors import CallError, MissingKey

FRESH_SECONDS = 60
"""So long a list is taken as it was loaded; the names in it are remembered for longer."""
NAMES_SECONDS = 24 * 3600
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Loaded:
    """A list as it was loaded."""

    entries: tuple[account.Entry, ...]
    at: datetime


@require_GET
@needs(Ability.EDIT)
def choices(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The entries of a list that match a search. `fresh`: load it again now. `id`: only its name, from what is remembered."""
    flow = flow_or_404(request, flow_id)
    asked = request.GET
    name = asked.get("kind", "")
    if name in account.FLOW_KINDS:
        found = _flows(request.member, name, other_than=flow.id)
        return _told(request, Loaded(found, timezone.now()), "flows", is_account=False)
    kind = account.KINDS.get(name)
    if kind is None:
        return _options(request, message="There is no such list.", hint="Type the id instead.")
    if not asked.get("connection"):
        hint = f"Its {kind.words} are listed here then. You can also type an id."
        return _options(request, message="Choose a connection first.", hint=hint)
    connection = (
        Connection.objects.filter(team=request.team, name=asked["connection"]).prefetch_related("secrets").first()
    )
    if connection is None:
        words = f"There is no connection “{asked['connection']}”."
        return _options(request, message=words, hint="Choose another one above, or type the id.")
    if connection.name in withheld_from(request.team, request.user):
        return _options(request, message=WITHHELD.format(name=connection.name), hint=ASK)
    place = f"choices:{connection.pk}:{connection.updated_at.timestamp()}:{name}"
    known: Loaded | None = caches["names"].get(place)
    if "id" in asked:
        return _told(request, known or Loaded((), timezone.now()), kind.words)
    try:
        if known is None or "fresh" in asked or (timezone.now() - known.at).total_seconds() > FRESH_SECONDS:
            known = Loaded(_load(connection, kind), timezone.now())
            caches["names"].set(place, known, NAMES_SECONDS)
    except MissingKey as error:
        return _options(request, message=error.message, hint=f"{error.hint} You can also type the id.", keys=True)
    except CallError as error:
        words = f"The {kind.words} could not be loaded. {error.message}"
        return _options(request, message=words, hint=f"{error.hint} You can also type the id.", again=True)
    except (NoSandbox, VaultLocked) as error:
        words = f"The {kind.words} could not be loaded. {error}"
        return _options(request, message=words, hint="You can also type the id.", again=True)
    return _told(request, known, kind.words)


def _load(connection: Connection, kind: account.Kind) -> tuple[account.Entry, ...]:
    """The entries as the account has them now. Raises CallError, NoSandbox, VaultLocked."""
    reply = send(
        kind.action,
        kind.given,
        open_credentials(connection),
        client=_client(),
        idempotency_key=str(new_id()),
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return account.entries_of(kind, reply.data)


@lru_cache(maxsize=1)
def _client() -> Client:
    return open_client()


def _flows(member: Member, name: str, other_than: UUID) -> tuple[account.Entry, ...]:
    """The flows that the member sees, by name; those that can be called come first where one is to be called."""
    callable_ones = flow_facts(member.team)
    rows = flows_for(member).exclude(id=other_than).order_by("name").values_list("id", "name")
    entries = [
        account.Entry(str(pk), title, "" if str(pk) in callable_ones or name == "all_flows" else "cannot be called yet")
        for pk, title in rows
    ]
    return tuple(sorted(entries, key=lambda entry: (bool(entry.note), entry.name.casefold())))


def _told(request: HttpRequest, loaded: Loaded, words: str, *, is_account: bool = True) -> HttpResponse:
    wanted = request.GET.get("id")
    found = (
        tuple(each for each in loaded.entries if each.id == wanted)
        if wanted is not None
        else account.matching(loaded.entries, request.GET.get("q", ""))
    )
    return _options(
        request, entries=found, total=len(loaded.entries), words=words, loaded=loaded.at if is_account else None
    )


def _options(request: HttpRequest, **context: Any) -> HttpResponse:
    return render(request, "editor/inspector/choices.html", context)
