"""A refused key pauses its connection once; no step fails of it, and all go on when it is mended."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.budget import pausing
from helix.engine.budget.gate import Gate
from helix.engine.models import Run, StepRun
from helix.engine.outcomes import Trouble
from helix.engine.start import start
from helix.engine.states import Cause, StepState
from helix.engine.sweep import wake_due
from helix.flows.drafts import create_flow
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.engine.budget.conftest import Call

Gates = Callable[[], Gate]
REFUSED = Trouble("unauthorized", "Customer.io refused the key (401).", "Check the key.", 401)
FORBIDDEN = Trouble("unauthorized", "The key may not do this (403).", "Give it the scope.", 403)
NODES: list[dict[str, Any]] = [
    {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "segments", "type": "customerio.get_segments", "connection": "production"},
    {"key": "other", "type": "customerio.get_segments", "connection": "other"},
    {"key": "rest", "type": "logic.wait", "config": {"seconds": 86_400}},
]
EDGES = ["by_hand>segments", "by_hand>other", "by_hand>rest"]


@pytest.fixture
def runs(team: Team, connection: Connection) -> list[Run]:
    """Three runs whose steps all sleep for an hour."""
    save_connection(team, name="other", region="us", secrets={"app_key": "another-key-of-the-team"})
    version = publish(create_flow(team, "Counting", graph_text(NODES, EDGES)), None)
    made = [start(version, cause=Cause.TEST, key=str(new_id()), payload={}) for _ in range(3)]
    StepRun.objects.exclude(node="by_hand").update(state=StepState.WAITING, due_at=timezone.now() + timedelta(hours=1))
    return made


def ready() -> set[str]:
    return set(StepRun.objects.filter(state=StepState.READY).exclude(node="by_hand").values_list("node", flat=True))


def test_a_thousand_refusals_are_one_pause_and_no_failure(
    gates: Gates, calling: Call, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = gates(), gates()
    call = calling()

    with caplog.at_level(logging.WARNING, "helix.engine.budget"):
        reports = [gate.report(call, REFUSED) for gate in (one, other) for _ in range(500)]

    assert sum(report.paused for report in reports) == 1
    assert all(report.wait is not None and report.wait.seconds >= 3600 for report in reports)
    assert [record.name for record in caplog.records].count("helix.engine.budget.pausing") == 1
    connection.refresh_from_db()
    assert connection.paused_at is not None
    assert (connection.paused_family, connection.state) == ("app", "refused")
    assert "Check the key." in connection.paused_reason
    later = other.admit(call)
    assert later is not None and "paused" in later.why and "Try again" in later.why


def test_another_key_of_the_connection_goes_on_and_a_second_refused_one_stops_all(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    gate = gates()
    app, track, pipelines = (calling(limit_class=name) for name in ("app", "track", "pipelines"))
    gate.report(app, REFUSED)

    assert gate.admit(calling(limit_class="app.broadcasts")) is not None
    assert gate.admit(track) is None
    assert not gate.report(track, REFUSED).paused
    assert gate.admit(pipelines) is not None


def test_the_steps_that_waited_go_on_at_once_and_no_others(
    gates: Gates, calling: Call, connection: Connection, runs: list[Run]
) -> None:
    gate = gates()
    gate.report(calling(), REFUSED)

    assert pausing.unpause(connection)

    wake_due()
    assert ready() == {"segments"}
    assert StepRun.objects.filter(state=StepState.READY, node="segments").count() == 3
    later = gate.admit(calling())
    assert later is None or later.reserved
    assert not pausing.unpause(connection)


def test_a_step_that_was_just_going_to_wait_is_woken_a_moment_later(
    gates: Gates, calling: Call, connection: Connection, runs: list[Run]
) -> None:
    gates().report(calling(), REFUSED)
    pausing.unpause(connection)
    wake_due()
    StepRun.objects.filter(node="segments").update(state=StepState.WAITING, due_at=timezone.now() + timedelta(hours=1))

    pausing.wake_resumed()
    wake_due()
    assert ready() == set()

    Connection.objects.filter(pk=connection.pk).update(wake_at=timezone.now() - timedelta(seconds=1))
    pausing.wake_resumed()
    wake_due()
    assert ready() == {"segments"}
    assert Connection.objects.filter(wake_at__isnull=False).count() == 0


def test_refusals_of_calls_that_began_before_the_key_was_changed_pause_nothing(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    gate, call = gates(), calling()
    gate.report(call, REFUSED)
    pausing.unpause(connection)
    gate.standings.forget(connection.pk)

    reported = gate.report(call, REFUSED)

    assert not reported.paused
    assert reported.wait is not None and reported.wait.seconds < 60
    connection.refresh_from_db()
    assert connection.paused_at is None


def test_a_403_of_a_key_that_was_just_found_good_fails_the_step_and_a_401_pauses_again(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    gate, call = gates(), calling()
    Connection.objects.update(resumed_at=timezone.now() - timedelta(minutes=1))

    assert gate.report(call, FORBIDDEN).wait is None
    assert gate.report(call, REFUSED).paused


def test_a_403_of_any_web_address_is_no_word_about_a_key(gates: Gates, calling: Call, connection: Connection) -> None:
    gate = gates()

    assert gate.report(calling(limit_class="http"), FORBIDDEN).wait is None
    assert gate.report(calling(limit_class="http"), REFUSED).paused


def test_a_call_through_a_connection_that_is_gone_is_let_through_to_say_so(
    gates: Gates, calling: Call, connection: Connection
) -> None:
    gate, call = gates(), calling()
    connection.delete()

    assert gate.admit(call) is None
    assert gate.report(call, REFUSED).wait is None
