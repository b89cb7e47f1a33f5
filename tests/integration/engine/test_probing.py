"""A broadcast whose answer was lost: the list of its triggers is asked, and taken at its word only where that word is clear."""

from typing import Any

import pytest
from django.conf import settings

from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.engine.claim import claim_next
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun
from helix.engine.perform import carry, work
from helix.engine.states import RunState, StepState
from helix.engine.sweep import wake_due
from helix.teams.models import Team
from tests.fakes.sandbox import SandboxProcess
from tests.integration.engine.conftest import Begin, states, step
from tests.rig.installation import wait_until

TRIGGER: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
SEND: dict[str, Any] = {
    "key": "send",
    "type": "customerio.trigger_broadcast",
    "config": {"broadcast_id": 1, "emails": ["ada@example.com"]},
}
PATH = "/v1/campaigns/1/triggers"
LOST = {"match": {"path": PATH, "method": "POST"}, "do": "commit_then_reset"}
SWALLOWED = {"match": {"path": PATH, "method": "POST"}, "do": "reset"}


@pytest.fixture(autouse=True)
def short_leases(monkeypatch: pytest.MonkeyPatch, transactional_db: None, sandbox: SandboxProcess) -> object:
    """The list is asked after 10 ms, 150 ms, 0.6 s and 3 s; broadcasts need keep no distance."""
    sandbox.settings(enforce_rates=False)
    monkeypatch.setattr(settings, "HELIX", settings.HELIX.model_copy(update={"HELIX_LEASE_SECONDS": 0.3}))
    yield
    assert broken() == []


def settled(*runs: Run) -> bool:
    """Carry on as workers and the scheduler do; whether none of these steps waits any more."""
    wake_due()
    work()
    return not StepRun.objects.filter(run__in=runs, state__in=(StepState.READY, StepState.WAITING)).exists()


def test_one_that_arrived_is_found_and_not_sent_again(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults([{**LOST, "times": 1}])
    run = begin([TRIGGER, SEND], ["go>send"])

    wait_until(lambda: settled(run), 20, "the broadcast was looked for")

    assert states(run)["send"] == "succeeded"
    assert "it arrived, and was not sent again" in step(run, "send").explanation
    assert [sent["method"] for sent in sandbox.requests() if sent["path"] == PATH].count("POST") == 1


def test_one_that_never_shows_is_left_to_a_person(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults([{**SWALLOWED, "times": 1}])
    run = begin([TRIGGER, SEND], ["go>send"])

    wait_until(lambda: settled(run), 20, "the broadcast was looked for")

    run.refresh_from_db()
    assert (run.state, states(run)["send"]) == (RunState.WAITING, "unknown")
    assert "it was not there" in step(run, "send").explanation


@pytest.mark.parametrize("second", ["sandbox", "same-workspace"])
def test_one_trigger_is_not_taken_for_two_calls(begin: Begin, sandbox: SandboxProcess, team: Team, second: str) -> None:
    """Two calls are in doubt at once, of which one arrived: nobody can tell which. Two connections may lead to one workspace."""
    save_connection(team, name="same-workspace", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    sandbox.faults([{**LOST, "times": 1}, {**SWALLOWED, "times": 1}])
    runs = [begin([TRIGGER, {**SEND, "connection": name}], ["go>send"]) for name in ("sandbox", second)]
    for _ in runs:
        carry(claim_next("w"), 0.0)

    wait_until(lambda: settled(*runs), 20, "the broadcasts were looked for")

    assert [states(run)["send"] for run in runs] == ["unknown", "unknown"]
    assert "it shows 1 for 2 calls" in step(runs[0], "send").explanation


def test_each_of_two_calls_is_found_when_both_arrived(begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.faults([{**LOST, "times": 2}])
    runs = [begin([TRIGGER, SEND], ["go>send"]) for _ in range(2)]
    for _ in runs:
        carry(claim_next("w"), 0.0)

    wait_until(lambda: settled(*runs), 20, "the broadcasts were looked for")

    assert [states(run)["send"] for run in runs] == ["succeeded", "succeeded"]
    ids = StepRun.objects.filter(run__in=runs, node="send").values_list("output__data__id", flat=True)
    assert len(set(ids)) == 2
