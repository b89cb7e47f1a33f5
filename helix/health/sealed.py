"""What the vault seals: every column that holds a wrapped data key, counted by vault key, and wrapped anew under the newest.

`manage.py rotate_keys` does the latter while Helix works: each row by itself, and only when it is as it was read. So it may be
stopped and started again at any time, and may run twice at once. The sealed values themselves are not touched.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from helix.alerts.models import AlertRule
from helix.connections import second_factor, vault
from helix.connections.models import Connection, TeamKey
from helix.triggers.models import Endpoint

BATCH = 500


@dataclass(frozen=True)
class Sealed:
    """One column of wrapped data keys. `columns`: what `place` needs to say where a row's key belongs, its pk first."""

    words: str
    model: type[models.Model]
    column: str
    columns: tuple[str, ...]
    place: Callable[..., str]


EVERYTHING: tuple[Sealed, ...] = (
    Sealed("connections", Connection, "data_key", ("pk",), str),
    Sealed("teams", TeamKey, "data_key", ("pk",), lambda pk: f"people of {pk}"),
    Sealed("webhook addresses", Endpoint, "data_key", ("pk",), lambda pk: f"endpoint|{pk}"),
    Sealed("alerts", AlertRule, "webhook_key", ("pk", "team_id"), lambda pk, team: f"alerts of {team}|{pk}"),
)  # fmt: skip
"""A new column of wrapped data keys must stand here; a test looks for those that do not."""


def sealed_under() -> Counter[str]:
    """Ids of vault keys -> how many stored data keys each of them wraps."""
    found: Counter[str] = Counter()
    for each in EVERYTHING:
        values = each.model._base_manager.values_list(each.column, flat=True)
        found.update(vault.key_of(bytes(value)) for value in values.iterator() if value)
    found.update(second_factor.sealed_under())
    found.pop("", None)
    return found


@dataclass
class Rewrapped:
    """How far it came. `locked`: rows whose key is not at hand, by what they are."""

    done: int = 0
    already: int = 0
    locked: Counter[str] = field(default_factory=Counter)


def rewrap_all(say: Callable[[str, int], None] = lambda words, done: None) -> Rewrapped:
    """Wrap every data key under the newest key. VaultLocked when there is no key at all."""
    newest = next(iter(vault.ring()))
    result = Rewrapped()
    for each in EVERYTHING:
        for batch in _batches(each, newest, result):
            with transaction.atomic():
                for pk, before, after in batch:
                    mine = each.model._base_manager.filter(pk=pk, **{each.column: before})
                    result.done += mine.update(**{each.column: after})
            say(each.words, result.done)
    result.done += second_factor.seal_anew()
    return result


def _batches(each: Sealed, newest: str, result: Rewrapped) -> Iterator[list[tuple[Any, bytes, bytes]]]:
    """(pk, as it is, as it shall be) of rows that need it, by their pk: what was read is let go before it is written."""
    after: Any = None
    while True:
        rows = each.model._base_manager.order_by("pk").values_list(*each.columns, each.column)
        page = list((rows if after is None else rows.filter(pk__gt=after))[:BATCH])
        if not page:
            return
        after = page[-1][0]
        batch = []
        for *facts, value in page:
            wrapped = bytes(value or b"")
            if not wrapped:
                continue
            if vault.key_of(wrapped) == newest:
                result.already += 1
                continue
            try:
                fresh = vault.rewrap(wrapped, each.place(*facts))
            except vault.VaultLocked:
                result.locked[each.words] += 1
                continue
            if fresh is not None:
                batch.append((facts[0], wrapped, fresh))
        if batch:
            yield batch
