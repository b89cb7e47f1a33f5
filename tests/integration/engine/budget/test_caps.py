"""Caps a day: never passed, warned of once, raised by a person; and what counts towards them."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.budget.calling import Calling, Never
from helix.engine.budget.caps import BROADCAST_TRIGGERS, CALLS, PEOPLE, set_caps, today
from helix.engine.budget.gate import Gate
from helix.engine.budget.models import DailyUse, RateBucket
from helix.engine.outcomes import Trouble
from tests.integration.engine.budget.conftest import BROADCAST, TRACK, Call

Gates = Callable[[], Gate]
REFUSED = Trouble("refused", "Customer.io refused the call (422).", "", 422)
DOUBTED = Trouble("network", "No answer came.", "", None, sent=True)


def used(connection: Connection) -> dict[str, int]:
    return {use.kind: use.used for use in today([connection])[connection.pk]}


def test_several_processes_never_pass_a_cap_together(gates: Gates, calling: Call, connection: Connection) -> None:
    set_caps(connection, calls=40, broadcasts=10)
    processes = [gates() for _ in range(3)]

    answers = [gate.admit(calling(TRACK, "track")) for _ in range(40) for gate in processes]

    let = [later for later in answers if later is None or later.reserved]
    assert len(let) == 40
    assert used(connection)[CALLS] == 40


def test_what_is_over_the_cap_waits_for_the_next_day_and_says_so(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    set_caps(connection, calls=1, broadcasts=10)
    gate = gates()
    gate.admit(calling())

    later = gate.admit(calling())

    assert later is not None
    assert "1 calls of today" in later.why
    tomorrow = (timezone.now() + timedelta(seconds=later.seconds + 1)).date()
    assert tomorrow > timezone.now().date()


def test_four_fifths_are_warned_of_once(
    gates: Gates, calling: Call, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    set_caps(connection, calls=10, broadcasts=10)
    gate = gates()
    with caplog.at_level(logging.WARNING, "helix.engine.budget"):
        for _ in range(7):
            gate.admit(calling(TRACK, "track"))
        before = len(caplog.records)
        for _ in range(3):
            gate.admit(calling(TRACK, "track"))

    assert (before, len(caplog.records)) == (0, 1)
    assert today([connection])[connection.pk][0].warns


def test_a_raised_cap_lets_calls_go_on(gates: Gates, calling: Call, connection: Connection) -> None:
    set_caps(connection, calls=1, broadcasts=10)
    gate = gates()
    gate.admit(calling(TRACK, "track"))
    assert gate.admit(calling(TRACK, "track")) is not None

    set_caps(connection, calls=2, broadcasts=10)
    gate.standings.forget(connection.pk)

    assert gate.admit(calling(TRACK, "track")) is None


def test_a_new_connection_triggers_ten_broadcasts_a_day_and_refused_ones_do_not_count(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    gate, call = gates(), calling(BROADCAST, "app.broadcasts")
    for trouble in [REFUSED, *[None] * 5, DOUBTED, *[None] * 4]:
        later = gate.admit(call)
        assert later is None or later.reserved
        gate.report(call, trouble)
        RateBucket.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        gate.shared._redis.flushall()
        gate.shared._redis.set("helix:budget:began", 1)

    later = gate.admit(call)

    assert later is not None and "10 broadcast triggers of today" in later.why
    assert used(connection)[BROADCAST_TRIGGERS] == 10


def test_a_call_that_has_to_wait_or_is_not_made_is_not_counted(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    set_caps(connection, calls=100, broadcasts=10)
    gate = gates()
    call = calling(BROADCAST, "app.broadcasts")
    for _ in range(5):
        gate.admit(call)
    other = calling()
    gate.admit(other)
    gate.report(other, Trouble("invalid_input", "The settings are wrong."))

    assert used(connection) == {BROADCAST_TRIGGERS: 1, CALLS: 1, PEOPLE: 0}


def test_without_a_cap_calls_are_counted_by_the_round(gates: Gates, calling: Call, connection: Connection) -> None:
    gate = gates()
    for _ in range(3):
        gate.admit(calling(TRACK, "track"))
    assert used(connection)[CALLS] == 0

    gate.caps.write()
    gate.caps.write()

    assert used(connection)[CALLS] == 3


def test_counts_of_a_connection_that_is_gone_are_dropped(gates: Gates, calling: Call, connection: Connection) -> None:
    gate = gates()
    gate.admit(calling(TRACK, "track"))
    connection.delete()

    gate.caps.write()

    assert not DailyUse.objects.exists()


def to(calling: Call, people: int | None) -> Calling:
    return replace(calling(TRACK, "track"), people=people)


def test_people_are_counted_and_never_more_of_them_than_the_cap(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    set_caps(connection, calls=None, broadcasts=None, people=1000)
    first, second = gates(), gates()

    assert first.admit(to(calling, 600)) is None
    assert second.admit(to(calling, 400)) is None
    later = first.admit(to(calling, 1))

    assert later is not None
    assert not later.reserved
    assert "1000 people to send to of today" in later.why
    assert used(connection)[PEOPLE] == 1000
    first.report(to(calling, 600), REFUSED)
    assert used(connection)[PEOPLE] == 400
    assert second.admit(to(calling, 600)) is None
    second.report(to(calling, 600), DOUBTED)
    assert used(connection)[PEOPLE] == 1000


def test_without_a_cap_people_are_counted_a_moment_late(gates: Gates, calling: Call, connection: Connection) -> None:
    gate = gates()
    gate.admit(to(calling, 7))
    gate.admit(to(calling, 5))
    gate.report(to(calling, 5), REFUSED)
    gate.admit(to(calling, None))

    gate.caps.write()

    assert used(connection)[PEOPLE] == 7


@pytest.mark.parametrize(("people", "words"), [(1001, "goes to 1,001 people"), (None, "only the service knows")])
def test_what_no_day_has_room_for_is_refused_at_once(
    gates: Gates, calling: Call, connection: Connection, people: int | None, words: str
) -> None:
    set_caps(connection, calls=10, broadcasts=10, people=1000)

    with pytest.raises(Never, match=words):
        gates().admit(to(calling, people))

    assert used(connection) == {CALLS: 0, BROADCAST_TRIGGERS: 0, PEOPLE: 0}
