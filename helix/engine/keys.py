"""Idempotency keys: a ULID that is the same for every attempt of one step of one run, and new for every run."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32


def idempotency_key(run_id: object, created_at: datetime, node: str, item_key: str = "", iteration: int = 0) -> str:
    """26 characters: 48 bits of the run's creation time (ms), 80 bits of an HMAC over run, node, item and iteration."""
    place = f"{run_id}|{node}|{item_key}|{iteration}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), place, hashlib.sha256).digest()
    number = int(created_at.timestamp() * 1000) << 80 | int.from_bytes(digest[:10], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def answer_token(run_id: object) -> str:
    """What the address ends with at which a waiting run takes its answer: nobody can guess it, and it is always the same."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"answer|{run_id}".encode(), hashlib.sha256).hexdigest()
    return f"{str(run_id).replace('-', '')}{digest[:32]}"


def person_digest(value: str) -> str:
    """A person's id or address as a waiting step keeps it: equal for equal persons, and of no use to a reader."""
    return hashlib.sha256(value.strip().lower().encode()).hexdigest()
