"""Writing an act down. It is called in the functions that act, so that pages, the API and agents are covered at once."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from helix.audit.actors import actor
from helix.audit.acts import Act
from helix.audit.chain import FIRST, INSTANCE, sealed
from helix.audit.models import Entry, Head

MOST_WORDS = 2000


def noted(
    team: UUID | str | None,
    act: Act,
    of: models.Model | None = None,
    *,
    kind: str = "",
    pk: str = "",
    name: str = "",
    before: str = "",
    after: str = "",
) -> Entry:
    """Append an entry to the team's chain, in the transaction of the act: both are kept, or neither. Call it last in there, as it
    holds the chain until the end. `of`: what was acted on. `before`, `after`: words, never a secret."""
    who = actor()
    entry = Entry(
        scope=INSTANCE if team is None else str(team), at=timezone.now(), act=act, actor_kind=who.kind,
        actor_id=str(who.id or ""), actor_name=tidy(who.name, 254), address=tidy(who.address, 64),
        object_kind=kind or (of._meta.model_name or "" if of is not None else ""),
        object_id=tidy(pk or (str(of.pk) if of is not None else ""), 64),
        object_name=tidy(name or (str(of) if of is not None else ""), 254),
        before=tidy(before, MOST_WORDS), after=tidy(after, MOST_WORDS),
    )  # fmt: skip
    with transaction.atomic():
        head = _locked(entry.scope)
        entry.number, entry.previous = head.number + 1, head.digest or FIRST
        entry.digest = sealed(entry)
        entry.save(force_insert=True)
        head.number, head.digest = entry.number, entry.digest
        head.save(update_fields=["number", "digest"])
    return entry


def _locked(scope: str) -> Head:
    """The end of the chain, locked until this transaction is over; two that begin a chain at once find one row."""
    head = Head.objects.select_for_update().filter(pk=scope).first()
    if head is None:
        try:
            with transaction.atomic():
                Head(scope=scope).save(force_insert=True)
        except IntegrityError:
            pass  # another one was first
        head = Head.objects.select_for_update().get(pk=scope)
    return head


def tidy(text: Any, most: int) -> str:
    """Text as every database keeps it, in one piece: no NUL, no half of a surrogate pair, not too long."""
    return str(text).replace("\0", "").encode("utf-8", "replace").decode()[:most]
