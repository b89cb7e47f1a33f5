"""How the secrets of people's second factors are kept: sealed by the installation's vault keys, as keys of connections are."""

import base64
from collections import Counter

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from helix.connections.vault import VaultLocked, key_of, ring, unwrap, wrap
from helix.teams.adapter import WORDS

PLACE = "second factor of a person"
SEALED = ("secret", "seed")


class FactorAdapter(DefaultMFAAdapter):
    """allauth's way to store secrets, sealed; whoever has a copy of the database alone cannot make codes."""

    error_messages = DefaultMFAAdapter.error_messages | WORDS

    def encrypt(self, text: str) -> str:
        return base64.b64encode(wrap(text.encode(), PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unwrap(base64.b64decode(encrypted_text), PLACE).decode()


def sealed_under() -> Counter[str]:
    """Ids of vault keys -> how many secrets of second factors each of them seals."""
    kept = Authenticator.objects.values_list("data", flat=True).iterator()
    return Counter(_key_of(data[name]) for data in kept for name in SEALED if name in data)


def sealed_by(authenticator: Authenticator) -> set[str]:
    """Ids of the vault keys that seal what this one holds."""
    return {_key_of(authenticator.data[name]) for name in SEALED if name in authenticator.data}


def _key_of(sealed: str) -> str:
    return key_of(base64.b64decode(sealed))


def seal_anew() -> int:
    """Seal every second factor under the newest vault key, for a rotation; how many were not yet. One whose key is not at hand
    stays as it is."""
    adapter, count, newest = FactorAdapter(), 0, next(iter(ring()))
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().filter(pk=pk).first()
            old = [name for name in SEALED if kept and name in kept.data and _key_of(kept.data[name]) != newest]
            if kept is None or not old:
                continue
            try:
                held = {name: adapter.encrypt(adapter.decrypt(kept.data[name])) for name in old}
            except VaultLocked:
                continue
            kept.data = {**kept.data, **held}
            kept.save(update_fields=["data"])
            count += 1
    return count
