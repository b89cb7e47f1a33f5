"""Who may call: each way of proof takes what is genuine, by either of two keys, and refuses any change of one bit."""

import base64
import hmac
import random
from hashlib import sha256

import pytest

from helix.triggers.intake.verify import Forged, Genuine, verify
from integrations.customerio.hooks import sign

NOW = 1_790_000_000
BODY = b'{"event_id": "01J8", "metric": "sent", "timestamp": 1, "data": {}}'
KEY, OTHER = "a signing key", "the next signing key"
STANDARD = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


def customerio(key: str = KEY, stamp: int = NOW, body: bytes = BODY) -> dict[str, str]:
    return {"x-cio-timestamp": str(stamp), "x-cio-signature": sign(key, stamp, body)}


def standard(stamp: int = NOW) -> dict[str, str]:
    digest = hmac.new(base64.b64decode(STANDARD[6:]), f"msg_1.{stamp}.".encode() + BODY, sha256).digest()
    signature = f"v1,{base64.b64encode(b'x' * 32).decode()} v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": str(stamp), "webhook-signature": signature}


@pytest.mark.parametrize("keys", [[KEY], [OTHER, KEY], [KEY, OTHER]])
def test_a_call_of_customerio_is_genuine_by_either_of_two_keys(keys: list[str]) -> None:
    assert verify("customerio", customerio(), BODY, keys, NOW) == Genuine()


def test_a_retry_of_seven_days_is_genuine_and_one_of_nine_days_is_kept_without_a_run() -> None:
    day = 24 * 3600

    assert verify("customerio", customerio(stamp=NOW - 7 * day), BODY, [KEY], NOW) == Genuine()
    old = verify("customerio", customerio(stamp=NOW - 9 * day), BODY, [KEY], NOW)
    assert isinstance(old, Genuine) and old.stale


def test_our_clock_running_behind_does_not_refuse_customerio() -> None:
    assert verify("customerio", customerio(stamp=NOW + 3600), BODY, [KEY], NOW) == Genuine()


def test_a_genuine_call_that_is_no_event_is_genuine() -> None:
    assert verify("customerio", customerio(body=b"no json"), b"no json", [KEY], NOW) == Genuine()


def test_standard_webhooks_take_one_of_several_signatures_within_five_minutes() -> None:
    assert verify("standard_webhooks", standard(), BODY, [STANDARD], NOW) == Genuine()
    assert verify("standard_webhooks", standard(), BODY, [STANDARD], NOW + 299) == Genuine()
    assert isinstance(verify("standard_webhooks", standard(), BODY, [STANDARD], NOW + 301), Forged)
    assert isinstance(verify("standard_webhooks", standard(), BODY + b" ", [STANDARD], NOW), Forged)


@pytest.mark.parametrize("form", ["hex", "HEX", "sha256=hex", "base64"])
@pytest.mark.parametrize("header", ["x-signature", "x-hub-signature-256", "x-shopify-hmac-sha256"])
def test_an_hmac_header_may_be_hex_or_base64(header: str, form: str) -> None:
    digest = hmac.new(KEY.encode(), BODY, sha256)
    text = base64.b64encode(digest.digest()).decode() if form == "base64" else digest.hexdigest()
    given = text.upper() if form == "HEX" else f"sha256={text}" if "=" in form else text

    assert verify("hmac", {header: given}, BODY, [OTHER, KEY], NOW) == Genuine()
    assert isinstance(verify("hmac", {header: given}, BODY, [OTHER], NOW), Forged)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic a signing key", "Bearer a signing kez", "Bearer ü"])
def test_a_bearer_must_be_the_secret(given: str) -> None:
    assert verify("bearer", {"authorization": f"Bearer {KEY}"}, BODY, [KEY], NOW) == Genuine()
    assert isinstance(verify("bearer", {"authorization": given}, BODY, [KEY], NOW), Forged)


@pytest.mark.parametrize("mode", ["customerio", "standard_webhooks", "hmac", "bearer"])
def test_nothing_is_genuine_without_a_key(mode: str) -> None:
    assert isinstance(
        verify(mode, {**customerio(""), **standard(), "x-signature": "", "authorization": "Bearer "}, BODY, [], NOW),
        Forged,
    )


@pytest.mark.parametrize("mode", ["customerio", "standard_webhooks", "hmac"])
def test_any_change_of_one_bit_is_refused(mode: str) -> None:
    headers = {**customerio(), **standard(), "x-signature": hmac.new(KEY.encode(), BODY, sha256).hexdigest()}
    key, dice = (STANDARD if mode == "standard_webhooks" else KEY), random.Random(7)

    for _ in range(2000):
        place = dice.randrange(len(BODY))
        changed = BODY[:place] + bytes([BODY[place] ^ 1 << dice.randrange(8)]) + BODY[place + 1 :]

        assert isinstance(verify(mode, headers, changed, [key], NOW), Forged)
