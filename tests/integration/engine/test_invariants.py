"""The checker of invariants sees what is broken: each row here is harmed as only a defect could."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.engine.invariants import broken
from helix.engine.models import Attempt, Run, StepRun
from helix.engine.perform import work
from helix.teams.models import Team
from tests.fakes.sandbox import SandboxProcess
from tests.integration.engine.conftest import Begin

NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual"},
    {"key": "one", "type": "logic.set", "config": {"values": {"a": 1}}},
    {"key": "two", "type": "logic.set", "config": {"values": {"b": 2}}},
]
LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture
def run(begin: Begin, sandbox: SandboxProcess) -> Run:
    """A run that has ended well."""
    run = begin(NODES, ["go>one", "one>two"])
    work()
    assert broken() == []
    return run


@pytest.mark.parametrize(
    ("number", "harm"),
    [
        ("I2", {"attention": True}),
        ("I3", {"ended_at": None}),
        ("I3", {"state": "running"}),
        ("I3", {"ended_at": LONG_AGO}),
    ],
)
def test_harm_to_a_run_is_seen(run: Run, number: str, harm: dict[str, Any]) -> None:
    Run.objects.filter(pk=run.pk).update(**harm)
    assert any(found.startswith(f"{number}:") for found in broken())
    assert any(found.startswith(f"{number}:") for found in broken(newest=10))


@pytest.mark.parametrize(
    ("number", "harm"),
    [
        ("I2", {"state": "unknown", "ended_at": None}),
        ("I2", {"state": "ready", "due_at": None}),
        ("I2", {"state": "running", "lease_until": None}),
        ("I3", {"state": "pending"}),
        ("I3", {"state": "waiting", "due_at": LONG_AGO}),
        ("I3", {"ended_at": None}),
        ("I4", {"attempts_made": 2}),
        ("I5", {"token": 0}),
        ("I7", {"idempotency_key": ""}),
        ("I8", {"effect": "D", "state": "ready", "sent_at": LONG_AGO}),
        ("I11", {"claimed_at": LONG_AGO}),
    ],
)
def test_harm_to_a_step_is_seen(run: Run, number: str, harm: dict[str, Any]) -> None:
    StepRun.objects.filter(run=run, node="two").update(**harm)
    assert any(found.startswith(f"{number}:") for found in broken())


def test_a_gap_in_the_attempts_and_a_second_success_are_seen(run: Run) -> None:
    one, two = StepRun.objects.get(run=run, node="one"), StepRun.objects.get(run=run, node="two")
    now = timezone.now()
    Attempt.objects.create(step=one, number=3, outcome="succeeded", started_at=now, ended_at=now)
    StepRun.objects.filter(pk=one.pk).update(attempts_made=2, token=9)
    Attempt.objects.filter(step=two).update(ended_at=LONG_AGO)
    found = broken()
    assert sum(sentence.startswith("I4:") for sentence in found) == 2
    assert any(sentence.startswith("I8:") for sentence in found)


def test_an_attempt_after_the_cancellation_is_seen(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state="cancelled")
    later = timezone.now() + timedelta(minutes=1)
    Attempt.objects.filter(step__run=run).update(started_at=later, ended_at=later)
    assert [sentence for sentence in broken() if sentence.startswith("I10:")]


def test_a_run_of_another_team_is_seen(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(team=Team.objects.create(slug="other", name="Other"))
    assert [sentence for sentence in broken() if sentence.startswith("I14:")]
