"""The door as the engine uses it: one gate of this process, by the settings."""

from helix.connections.models import Connection
from helix.engine.budget import gate
from helix.engine.budget.caps import today
from helix.engine.budget.models import RateBucket
from helix.engine.outcomes import Trouble
from integrations.customerio.connection import ProbeResult
from tests.integration.engine.budget.conftest import BROADCAST, TRACK, Call


def test_calls_one_after_the_other_sleep_for_their_places(budget: None, calling: Call) -> None:
    call = calling()

    assert [gate.enter(call) for _ in range(4)] == [None] * 4
    assert gate.report(call, None).wait is None


def test_a_service_that_fails_is_left_alone_by_all_and_tried_by_one(budget: None, calling: Call) -> None:
    call = calling(TRACK, "track")
    for _ in range(10):
        gate.report(call, Trouble("server_error", "Customer.io had trouble answering (500).", "", 500, True))

    later = gate.admit(call)

    assert later is not None and 50 < later.seconds < 70
    assert "kept failing" in later.why


def test_what_a_service_asks_for_is_kept_by_all(budget: None, calling: Call) -> None:
    call = calling(TRACK, "track")
    gate.report(call, Trouble("rate_limited", "Customer.io asks to slow down (429).", "", 429, False, 30.0))

    later = gate.admit(call)

    assert later is not None and 29 < later.seconds < 32
    assert "asked" in later.why


def test_only_a_probe_of_the_paused_key_ends_a_pause(budget: None, calling: Call, connection: Connection) -> None:
    gate.report(calling(), Trouble("unauthorized", "Refused (401).", "", 401))
    connection.refresh_from_db()
    good, bad, other = (ProbeResult(*told, "", "") for told in (("app", True), ("app", False), ("track", True)))

    assert not gate.mended(connection, [])
    assert not gate.mended(connection, [other])
    assert not gate.mended(connection, [bad, other])
    assert gate.mended(connection, [good])
    assert not gate.mended(connection, [good])


def test_a_probe_that_found_the_settings_wrong_lets_the_next_try(budget: None, calling: Call) -> None:
    call = calling(TRACK, "track")
    door = gate.gate()
    with door._lock:
        door._probes.add(call.place)

    assert gate.report(call, Trouble("invalid_input", "The settings are wrong.")).wait is None
    assert not door._probes


def test_a_call_that_was_given_up_frees_the_way_and_is_not_counted(
    budget: None, calling: Call, connection: Connection
) -> None:
    call = calling(BROADCAST, "app.broadcasts")
    assert gate.enter(call) is None

    gate.give_up(call)

    assert not RateBucket.objects.exclude(holder="").exists()
    assert today([connection])[connection.pk][1].used == 0
