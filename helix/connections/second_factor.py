"""How the secrets of people's second factors are kept: sealed by the installation's vault keys, as keys of connections are."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from helix.connections.vault import unwrap, wrap
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


def seal_anew() -> int:
    """Seal every second factor under the newest vault key, for a rotation; how many there are."""
    adapter, count = FactorAdapter(), 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if kept is None:
                continue
            held = {name: adapter.encrypt(adapter.decrypt(kept.data[name])) for name in SEALED if name in kept.data}
            kept.data = {**kept.data, **held}
            kept.save(update_fields=["data"])
            count += 1
    return count
