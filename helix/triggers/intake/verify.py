"""Is a call genuine? The five ways in which outside programs prove it. Pure; every comparison takes constant time."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from integrations.customerio.hooks import PAST, Refusal, read_event

Mode = Literal["customerio", "standard_webhooks", "hmac", "bearer", "none"]
MODES: tuple[Mode, ...] = ("customerio", "standard_webhooks", "hmac", "bearer", "none")
HMAC_HEADERS = ("x-signature", "x-signature-256", "x-hub-signature-256", "x-webhook-signature", "x-hmac-sha256", "x-shopify-hmac-sha256")  # fmt: skip
TOLERANCE = timedelta(minutes=5)
AHEAD = timedelta(days=1)  # a clock of ours that is wrong must not make Customer.io stop for an hour
NOBODY = "a key that nobody has"


@dataclass(frozen=True)
class Genuine:
    """The call is the sender's. `stale` says why it is so old that it begins nothing, "" when it is not."""

    stale: str = ""


@dataclass(frozen=True)
class Forged:
    """The call is not proven to be the sender's; `message` says what is missing, without telling what would be right."""

    message: str


Verdict = Genuine | Forged


def verify(mode: str, headers: Mapping[str, str], body: bytes, keys: Sequence[str], now: float) -> Verdict:
    """Whether one of the keys proves the call. `headers` have lower-case names; `now` is in Unix seconds."""
    match mode:
        case "none":
            return Genuine()
        case "customerio":
            return _customerio(headers, body, keys, now)
        case "standard_webhooks":
            return _standard(headers, body, keys, now)
        case "hmac":
            return _hmac(headers, body, keys)
        case _:
            return _bearer(headers, keys)


def spend(body: bytes) -> None:
    """As much work as a signature takes, for an address that does not exist."""
    hmac.compare_digest(hmac.new(NOBODY.encode(), body, sha256).digest(), b"\0" * 32)


def _customerio(headers: Mapping[str, str], body: bytes, keys: Sequence[str], now: float) -> Verdict:
    """Old stamps are good for eight days, since retries run for seven: repeats are told by their event's id."""
    match read_event(headers, body, keys, now, past=PAST, future=AHEAD):
        case Refusal(code="too_old", message=message):
            return Genuine(stale=message)
        case Refusal(genuine=False, message=message, hint=hint):
            return Forged(f"{message} {hint}")
    return Genuine()


def _standard(headers: Mapping[str, str], body: bytes, keys: Sequence[str], now: float) -> Verdict:
    """https://www.standardwebhooks.com: HMAC over `id.timestamp.body`; several signatures may stand in the header."""
    identity, stamp, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (identity and given and re.fullmatch(r"[0-9]{1,12}", stamp, re.ASCII)):
        return Forged("The headers webhook-id, webhook-timestamp and webhook-signature are needed.")
    signed = b".".join((_bytes(identity), stamp.encode(), body))
    found = [part[3:] for part in given.split() if part.startswith("v1,")][:8]
    right = [base64.b64encode(hmac.new(_standard_key(key), signed, sha256).digest()) for key in keys]
    if not any([hmac.compare_digest(_bytes(one), other) for one in found for other in right]):
        return Forged("The webhook-signature does not fit the secret of this address.")
    if abs(now - int(stamp)) > TOLERANCE.total_seconds():
        return Forged("The webhook-timestamp is more than five minutes off. Check the sender's clock.")
    return Genuine()


def _standard_key(key: str) -> bytes:
    try:
        return base64.b64decode(key.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return key.encode()


def _hmac(headers: Mapping[str, str], body: bytes, keys: Sequence[str]) -> Verdict:
    """HMAC-SHA256 of the body in one of the usual headers, in hex or base64, with or without `sha256=`."""
    given = next((headers[name] for name in HMAC_HEADERS if name in headers), "").strip().removeprefix("sha256=")
    if not given:
        return Forged("The header X-Signature with the HMAC-SHA256 of the body is needed.")
    fits = False
    for key in keys:
        digest = hmac.new(key.encode(), body, sha256)
        in_hex, in_base64 = digest.hexdigest().encode(), base64.b64encode(digest.digest())
        fits |= hmac.compare_digest(_bytes(given.lower()), in_hex) | hmac.compare_digest(_bytes(given), in_base64)
    return Genuine() if fits else Forged("The signature does not fit the secret of this address.")


def _bearer(headers: Mapping[str, str], keys: Sequence[str]) -> Verdict:
    kind, _, given = headers.get("authorization", "").partition(" ")
    fits = [hmac.compare_digest(_bytes(given.strip()), _bytes(key)) for key in keys]
    if kind.lower() == "bearer" and any(fits):
        return Genuine()
    return Forged("The header Authorization: Bearer … with the secret of this address is needed.")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
