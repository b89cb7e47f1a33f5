"""A person's digest: the same for the same person within a team, and of no use to anybody without the team's sealed key."""

import hashlib
import hmac
import time
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from helix.connections import vault
from helix.connections.models import TeamKey

DIGEST_CHARACTERS = 32
KEPT_SECONDS = 30.0


def blind(team_id: UUID, persons: Iterable[str]) -> set[str]:
    """The digests of these people (ids or e-mail addresses). VaultLocked when the vault's key is gone."""
    found = {normal(person) for person in persons} - {""}
    if not found:
        return set()
    key = _key(team_id)
    return {hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:DIGEST_CHARACTERS] for person in found}


def normal(person: str) -> str:
    """A person's id as it is compared: without spaces around; an e-mail address in small letters."""
    text = unicodedata.normalize("NFC", person.strip())
    return text.lower() if "@" in text else text


def _key(team_id: UUID) -> bytes:
    """The team's key; asked of the database again after a while, since erasing a team takes it away."""
    return _opened(_wrapped(team_id, int(time.monotonic() / KEPT_SECONDS)), _place(team_id))


@lru_cache(maxsize=256)
def _wrapped(team_id: UUID, _while: int) -> bytes:
    row = TeamKey.objects.filter(team_id=team_id).first()
    if row is None:
        row, _ = TeamKey.objects.get_or_create(
            team_id=team_id, defaults={"data_key": vault.new_data_key(_place(team_id))}
        )
    return bytes(row.data_key)


@lru_cache(maxsize=256)
def _opened(wrapped: bytes, place: str) -> bytes:
    return vault.unwrap(wrapped, place)


def _place(team_id: UUID) -> str:
    return f"people of {team_id}"
