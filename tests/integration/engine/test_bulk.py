"""Actions on many runs: frozen when they begin, carried out in pieces, each run once, whoever dies in the middle."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.engine.bulk import carrying
from helix.engine.bulk.carrying import carry_bulk, progress, stop
from helix.engine.bulk.freezing import candidates, freeze_doubts, freeze_runs
from helix.engine.bulk.models import BulkAction, BulkKind
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.teams.models import Member, Team, User
from helix.triggers.publish import publish
from helix.triggers.rounds import duties
from tests.build import graph_text

FAILS: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": [{"name": "n", "type": "number", "required": True}]}},
    {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}},
    {"key": "halt", "type": "logic.set", "config": {"values": {"n": {"$liquid": "{{ steps.go.data.n | plus: 1 }}"}}}},
]
Make = Callable[[int], list[Run]]


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


@pytest.fixture
def alice(team: Team) -> User:
    return User.objects.get(email="alice@example.com")


@pytest.fixture
def unbegun(team: Team) -> Make:
    """So many runs of a flow that fails, which no worker has looked at yet."""
    version = publish(create_flow(team, "Fails", graph_text(FAILS, ["go>one", "one>halt"])), None)

    def make(number: int) -> list[Run]:
        return [start(version, cause=Cause.TEST, key=f"k{index}", payload={}) for index in range(number)]

    return make


@pytest.fixture
def failed(unbegun: Make) -> Make:
    """So many runs that have failed."""

    def make(number: int) -> list[Run]:
        made = unbegun(number)
        while work():
            pass
        return made

    return make


def finish() -> None:
    while BulkAction.objects.filter(state="carrying").exists():
        carry_bulk()


def test_failed_runs_are_gone_on_with_once_each(team: Team, alice: User, failed: Make) -> None:
    made = failed(45)
    runs = candidates(BulkKind.RETRY, Run.objects.filter(team=team))

    action = freeze_runs(team, alice, BulkKind.RETRY, runs, words="All failed", key="k")
    finish()

    action.refresh_from_db()
    assert (action.state, action.total) == ("done", 45)
    assert progress(action) == {"planned": 0, "done": 45, "refused": 0, "dealt": 45, "percent": 100}
    assert Run.objects.filter(cause_kind="retry").count() == 45
    assert set(Run.objects.filter(cause_kind="retry").values_list("retry_of", flat=True)) == {run.pk for run in made}
    assert set(action.items.values_list("begun", flat=True)) == set(
        Run.objects.filter(cause_kind="retry").values_list("pk", flat=True)
    )


def test_what_comes_to_the_list_later_is_not_part_of_it(team: Team, alice: User, unbegun: Make) -> None:
    unbegun(2)
    runs = candidates(BulkKind.CANCEL, Run.objects.filter(team=team))
    action = freeze_runs(team, alice, BulkKind.CANCEL, runs, words="", key="k")
    late = Run.objects.exclude(pk__in=action.items.values("run")).count()
    version = Run.objects.all()[0].version
    other = start(version, cause=Cause.TEST, key="late", payload={})

    finish()

    assert late == 0
    assert set(Run.objects.filter(state="cancelled")) == set(Run.objects.exclude(pk=other.pk))
    other.refresh_from_db()
    assert other.state == "queued"


def test_a_run_that_moved_on_meanwhile_is_refused_with_the_reason(team: Team, alice: User, failed: Make) -> None:
    one, other = failed(2)
    first = freeze_runs(team, alice, BulkKind.RETRY, Run.objects.filter(pk=one.pk), words="", key="1")
    finish()
    again = freeze_runs(team, alice, BulkKind.RETRY, Run.objects.filter(pk=one.pk), words="", key="2")
    ended = freeze_runs(team, alice, BulkKind.CANCEL, Run.objects.filter(pk=other.pk), words="", key="3")

    finish()

    assert first.items.get().state == "done"
    assert "gone on with already" in again.items.get().message
    assert "ended already" in ended.items.get().message
    assert one.retries.count() == 1


def test_asking_twice_with_one_key_begins_one_action(team: Team, alice: User, failed: Make) -> None:
    failed(3)
    runs = Run.objects.filter(team=team)

    asked = [freeze_runs(team, alice, BulkKind.RETRY, runs, words="", key="same").pk for _ in range(2)]

    assert asked[0] == asked[1]
    assert BulkAction.objects.get().items.count() == 3


def test_a_stopped_action_leaves_the_rest_as_it_is(team: Team, alice: User, unbegun: Make) -> None:
    unbegun(3)
    action = freeze_runs(team, alice, BulkKind.CANCEL, Run.objects.filter(team=team), words="", key="k")

    assert stop(action, "Stopped by Alice.")
    carry_bulk()

    assert Run.objects.filter(state="queued").count() == 3
    assert not stop(action, "again")


def test_it_stops_when_the_person_lost_the_role(team: Team, alice: User, unbegun: Make) -> None:
    unbegun(2)
    action = freeze_runs(team, alice, BulkKind.CANCEL, Run.objects.filter(team=team), words="", key="k")
    Member.objects.filter(team=team, user=alice).update(role="viewer")

    carry_bulk()

    action.refresh_from_db()
    assert action.state == "stopped" and "may no longer do this" in action.notice
    assert Run.objects.filter(state="queued").count() == 2


def test_a_round_is_short_however_long_the_list(
    team: Team, alice: User, unbegun: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbegun(50)
    action = freeze_runs(team, alice, BulkKind.CANCEL, Run.objects.filter(team=team), words="", key="k")
    monkeypatch.setattr(carrying, "AT_ONCE_SECONDS", 0.0)

    assert carry_bulk() == 1
    assert progress(action)["planned"] == 49


def test_freezing_is_two_statements_however_many_runs(team: Team, alice: User, failed: Make) -> None:
    failed(30)

    with CaptureQueriesContext(connection) as caught:
        freeze_runs(team, alice, BulkKind.RETRY, Run.objects.filter(team=team), words="", key="k")

    written = [query["sql"] for query in caught.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    written = [sql for sql in written if "audit_" not in sql]
    assert len(written) == 3, written  # the action, its items, its total


def test_one_answer_for_all_calls_of_a_step_in_doubt(team: Team, alice: User, unbegun: Make) -> None:
    now = timezone.now()
    for run in unbegun(4):
        StepRun.objects.filter(run=run, node="one").update(
            state="unknown", started_at=now, sent_at=now, due_at=None, token=1
        )
        Run.objects.filter(pk=run.pk).update(state="waiting", attention=True, started_at=now)
    steps = StepRun.objects.filter(team=team, node="one")

    action = freeze_doubts(team, alice, BulkKind.SKIP, steps, words="", key="k")
    finish()

    assert progress(action)["done"] == 4
    assert set(steps.values_list("state", flat=True)) == {"skipped"}
    assert not Run.objects.filter(attention=True).exists()


def test_the_rounds_carry_it_out(team: Team, alice: User, unbegun: Make) -> None:
    unbegun(2)
    freeze_runs(team, alice, BulkKind.CANCEL, Run.objects.filter(team=team), words="", key="k")

    duties(1)

    assert Run.objects.filter(state="cancelled").count() == 2


CARRY = """
import django; django.setup()
from helix.engine.bulk.carrying import carry_bulk
while carry_bulk(): pass
"""


@pytest.mark.parametrize("nth", [1, 7, 24])
def test_a_process_that_is_killed_in_the_middle_leaves_nothing_half_done_or_done_twice(
    team: Team, alice: User, failed: Make, nth: int
) -> None:
    made = failed(25)
    action = freeze_runs(team, alice, BulkKind.RETRY, Run.objects.filter(team=team), words="", key="k")
    name = str(connection.settings_dict["NAME"])
    if "memory" in name:
        pytest.skip("a database in memory cannot be shared with another process")
    code = "import integrations.kit.points  # reads the environment before the tests' settings tidy it\n"
    code += f"from django.conf import settings; settings.DATABASES['default']['NAME'] = {name!r}\n" + CARRY
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "HELIX_FAILPOINT": f"inside_result_commit:{nth}",
        "HELIX_ALLOW_FAILPOINTS": "1",
    }

    died = subprocess.run([sys.executable, "-c", code], env=environment, check=False, capture_output=True)
    between = progress(action)
    finish()

    assert died.returncode == 128 + signal.SIGKILL, died.stderr.decode()
    assert (
        between["done"]
        == nth - 1
        == Run.objects.filter(cause_kind="retry", pk__in=action.items.values("begun")[: nth - 1]).count()
    )
    assert progress(action)["done"] == 25
    assert [run.retries.count() for run in made] == [1] * 25
