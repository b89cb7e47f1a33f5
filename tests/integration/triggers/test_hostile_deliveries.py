"""Thousands of damaged and hostile calls: none is a defect of ours, and nothing unproven is kept."""

import json
import random

import pytest

from helix.connections.models import Connection
from helix.triggers.endpoints import endpoint_of_connection, replace_secret, reveal
from helix.triggers.inbox import turn_inbox
from helix.triggers.intake.take import Call, take
from helix.triggers.models import Endpoint, TriggerInbox
from tests.integration.triggers.conftest import KEY, MakeFlow, event, signed

PIECES = [b"\x00", b"\xff\xfe", b"\\ud800", b'"\\u0000"', b"{" * 300, b"[" * 300, b"1e999", b"NaN", b"-", b'"a":1,"a":2', b"9" * 400, b"\r\n", "é😀".encode(), b""]  # fmt: skip
NAMES = ["content-type", "x-cio-signature", "x-cio-timestamp", "authorization", "x-cio-idempotency-key", "idempotency-key", "x-\udcff", "x-a"]  # fmt: skip
VALUES = ["", "\x00", "é", "\udcff", "Bearer", "Bearer \x00", "x" * 5000, "application/json", "application/x-www-form-urlencoded", "-1", "1" * 12]  # fmt: skip
TIMES = 800


def damaged(body: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randrange(1, 4)):
        place = dice.randrange(len(body) + 1)
        body = body[:place] + dice.choice(PIECES) + body[place + dice.randrange(0, 6) :]
    return body


def call(endpoint: Endpoint, body: bytes, headers: dict[str, str], dice: random.Random) -> Call:
    more = {dice.choice(NAMES): dice.choice(VALUES) for _ in range(dice.randrange(0, 3))}
    query = dice.choice(["", "a=1", "a=%00&b=%ff", "=" * 50, "&".join(f"k{n}=v" for n in range(2000))])
    return Call(
        endpoint.team.slug,
        endpoint.path,
        {**{name.lower(): value for name, value in headers.items()}, **more},
        query,
        body,
    )


def test_a_damaged_call_to_a_webhook_is_refused_or_kept_and_never_a_defect(make_flow: MakeFlow) -> None:
    endpoint = Endpoint.objects.get(flow=make_flow("trigger.webhook", dedupe_field="a.b"))
    dice, good = random.Random(11), {"Authorization": f"Bearer {reveal(endpoint)}", "Content-Type": "application/json"}

    answers = [
        take(call(endpoint, damaged(b'{"a": {"b": [1, "x"]}, "c": null}', dice), good, dice)) for _ in range(TIMES)
    ]

    assert {answer.status for answer in answers} <= {202, 400, 401, 415}
    assert TriggerInbox.objects.count() == sum(bool(answer.delivery) for answer in answers) > 10
    turn_inbox()
    assert not TriggerInbox.objects.filter(state="failed").exists()


def test_whatever_customerio_signs_is_answered_202_and_turned(connection: Connection, make_flow: MakeFlow) -> None:
    make_flow("trigger.customerio_event", events=["email_bounced"])
    endpoint = endpoint_of_connection(connection)
    replace_secret(endpoint, KEY)
    dice = random.Random(12)

    for _ in range(TIMES // 4):
        body = damaged(event(event_id=str(dice.random())), dice)
        proof = {name.lower(): value for name, value in signed(body).items()}
        assert take(Call(endpoint.team.slug, endpoint.path, proof, "", body)).status == 202

    turn_inbox()
    assert set(TriggerInbox.objects.values_list("state", flat=True)) <= {"done", "ignored"}


@pytest.mark.parametrize("verify", ["customerio", "standard_webhooks", "hmac", "bearer"])
def test_nothing_unproven_is_kept(make_flow: MakeFlow, verify: str) -> None:
    endpoint = Endpoint.objects.get(flow=make_flow("trigger.webhook", verify=verify))
    if verify == "customerio":
        replace_secret(endpoint, KEY)
    dice, body = random.Random(13), json.dumps({"a": 1}).encode()

    answers = [take(call(endpoint, body, signed(body, "another key"), dice)).status for _ in range(TIMES // 4)]

    assert set(answers) == {401}
    assert not TriggerInbox.objects.exists()
