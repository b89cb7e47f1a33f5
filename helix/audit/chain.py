"""The chain of a scope: how an entry is sealed, what is wrong with a chain, and how its old end is cut off.

A seal is an HMAC under the installation's secret key over all fields and the seal before. Who can write to the database alone
can therefore change nothing unseen. The newest entries can be cut off together with their head; `verify` finds that when it is
given what `manage.py audit head` said earlier.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from helix.audit.models import Entry, Head

INSTANCE = "instance"
SALT = "helix.audit"
FIRST = "0" * 64
KEPT, AT_A_TIME = timedelta(days=400), timedelta(days=30)
FIELDS = (
    "scope", "number", "act", "actor_kind", "actor_id", "actor_name", "address", "object_kind", "object_id",
    "object_name", "before", "after", "previous",
)  # fmt: skip


def sealed(entry: Entry, key: str | None = None) -> str:
    """The seal of an entry."""
    values = [getattr(entry, name) for name in FIELDS]
    values.append(entry.at.astimezone(UTC).isoformat(timespec="microseconds"))
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return salted_hmac(SALT, text, secret=key, algorithm="sha256").hexdigest()


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def _fits(entry: Entry) -> bool:
    return any(hmac.compare_digest(sealed(entry, key), entry.digest) for key in _keys())


def verify(scope: str, known: tuple[int, str] | None = None) -> Iterator[str]:
    """What is wrong with the chain, in sentences; nothing when all is well. `known`: a number and seal noted earlier."""
    last, number, purged = "", 0, _purged(scope)
    for entry in Entry.objects.filter(scope=scope).order_by("number").iterator(1000):
        if not last:
            number, last = (0, FIRST) if entry.number == 1 else (entry.number - 1, entry.previous)
            if entry.number != 1 and (number, last) != purged:
                yield f"The entries before {entry.number} are gone, and nothing tells that they were removed as old."
        if entry.number != number + 1:
            gone = "is gone" if entry.number == number + 2 else f"to {entry.number - 1} are gone"
            yield f"Entry {number + 1} {gone}."
        elif entry.previous != last:
            yield f"Entry {entry.number} does not follow the one before it: one of the two was put in another's place."
        if not _fits(entry):
            yield f"Entry {entry.number} ({entry.at:%Y-%m-%d %H:%M:%S} UTC, {entry.act}) was changed or put in."
        if known is not None and entry.number == known[0] and entry.digest != known[1]:
            yield f"Entry {entry.number} is not the one that was noted: the chain was written anew from there or before."
        number, last = entry.number, entry.digest
    head = Head.objects.filter(scope=scope).first()
    if head is None:
        if number:
            yield "The end of the chain is gone (its row of audit_head)."
    elif head.number > number:
        yield f"The entries after {number} are gone: the chain went to {head.number}."
    elif (head.number, head.digest) != (number, last or head.digest):
        yield f"The chain ends at {number}, but its end was noted as {head.number}: entries were put in or the end was changed."
    if known is not None and known[0] > number:
        yield f"Entry {known[0]} was noted earlier and is gone: the newest entries were cut off."


def _purged(scope: str) -> tuple[int, str] | None:
    """The last entry that was removed as old, as the entry about it says: its number and seal."""
    told = Entry.objects.filter(scope=scope, act="audit.purged").order_by("-number").first()
    number, _, digest = (told.object_id if told else "").partition(":")
    return (int(number), told.before) if told is not None and number.isdecimal() and not digest else None


def scopes() -> list[str]:
    """Every scope that has a chain."""
    found = set(Head.objects.values_list("scope", flat=True)) | set(
        Entry.objects.order_by().values_list("scope", flat=True).distinct()
    )
    return sorted(found)


def remove_old(scope: str, edge: datetime) -> int:
    """Cut off the entries before this moment; an entry says so and holds the seal that the rest follows. How many went."""
    from helix.audit.acts import Act
    from helix.audit.noting import noted

    with transaction.atomic():
        last = Entry.objects.filter(scope=scope, at__lt=edge).order_by("-number").first()
        if last is None:
            return 0
        old = Entry.objects.filter(scope=scope, number__lte=last.number)
        count = old.count()
        noted(
            None if scope == INSTANCE else scope, Act.AUDIT_PURGED, kind="audit", pk=str(last.number),
            name=f"{count} entries up to {last.at:%Y-%m-%d}", before=last.digest,
        )  # fmt: skip
        old._raw_delete(old.db)
        return count


def forget_old_entries(now: datetime | None = None) -> int:
    """A duty of the scheduler: entries go after 400 days, a month of them at a time, since each time is an entry, too."""
    edge = (now or timezone.now()) - KEPT
    removed = 0
    for scope in scopes():
        first = Entry.objects.filter(scope=scope).order_by("number").first()
        if first is not None and first.at < edge - AT_A_TIME:
            removed += remove_old(scope, edge)
    return removed


def fingerprint(digest: str) -> str:
    """A seal short enough to be read aloud."""
    return hashlib.sha256(digest.encode()).hexdigest()[:12]
