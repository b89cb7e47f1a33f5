"""The vault: seals secrets with AES-256-GCM under a data key per connection, itself wrapped by the installation's keys.

A sealed value is bound to its row (team, connection, field, version): moved elsewhere it does not open. Only
`keeping`, `rotation`, `opening`, `blinding`, the sealing of endpoints (triggers) and of alerts and the rotation command may use this module.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32


class VaultLocked(Exception):
    """The installation's keys do not open this; the text says which key is missing."""


@lru_cache(maxsize=8)
def _ring(text: str) -> dict[str, AESGCM]:
    """Key id -> cipher, newest first."""
    ring = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not name or len(key) != KEY_BYTES:
            raise VaultLocked(
                "HELIX_VAULT_KEYS must hold `id:base64 of 32 bytes`, comma separated; `manage.py make_keys` prints one."
            )
        ring[name] = AESGCM(key)
    if not ring:
        raise VaultLocked(
            "HELIX_VAULT_KEYS is empty, so no secret can be kept; `manage.py make_keys` prints a key to put there."
        )
    return ring


def ring() -> dict[str, AESGCM]:
    """The installation's wrapping keys by id, the newest first."""
    return _ring(settings.HELIX.HELIX_VAULT_KEYS.get_secret_value())


def make_key() -> str:
    """A fresh wrapping key in the form of HELIX_VAULT_KEYS."""
    return f"k{os.urandom(3).hex()}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def new_data_key(place: str) -> bytes:
    """A fresh data key, wrapped by the newest wrapping key and bound to `place`."""
    return wrap(os.urandom(KEY_BYTES), place)


def wrap(data_key: bytes, place: str) -> bytes:
    name, cipher = next(iter(ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    return name.encode() + b":" + nonce + cipher.encrypt(nonce, data_key, place.encode())


def unwrap(wrapped: bytes, place: str) -> bytes:
    """The data key; VaultLocked when the wrapping key is gone or the value was moved."""
    name, _, rest = wrapped.partition(b":")
    cipher = ring().get(name.decode(errors="replace"))
    if cipher is None:
        raise VaultLocked(
            f"The vault key “{name.decode(errors='replace')}” is not among HELIX_VAULT_KEYS. Put it back; when it is lost for good, "
            "`manage.py forget_secrets` lets the secrets be entered again."
        )
    return _open(cipher, rest, place)


def key_of(wrapped: bytes) -> str:
    """The id of the wrapping key that a wrapped data key needs."""
    return wrapped.partition(b":")[0].decode(errors="replace")


def rewrap(wrapped: bytes, place: str) -> bytes | None:
    """The same data key under the newest wrapping key; None when it is there already. VaultLocked when it does not open."""
    if key_of(wrapped) == next(iter(ring())):
        return None
    return wrap(unwrap(wrapped, place), place)


def last4(value: str) -> str:
    """What people see of a secret: its end, when it is long enough not to be guessed from it."""
    return value[-4:] if len(value) >= 12 else ""


def fingerprint(data_key: bytes, value: str) -> str:
    """Eight characters that tell whether two values entered into one connection are the same, and nothing else."""
    return hmac.new(data_key, b"fingerprint|" + value.encode(), hashlib.sha256).hexdigest()[:8]


def place(team: UUID, connection: UUID, field: str, version: int) -> str:
    """What a sealed value is bound to."""
    return f"{team}|{connection}|{field}|{version}"


def seal(data_key: bytes, value: str, place: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(data_key).encrypt(nonce, value.encode(), place.encode())


def unseal(data_key: bytes, sealed: bytes, place: str) -> str:
    return _open(AESGCM(data_key), sealed, place).decode()


def _open(cipher: AESGCM, sealed: bytes, place: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise VaultLocked(
            "A stored secret does not open: it was moved, or the vault key changed. Enter the secret again."
        ) from None
