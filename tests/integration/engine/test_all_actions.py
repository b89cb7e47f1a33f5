"""Every one of the 24 actions as a step of a published flow, carried by the engine against the sandbox."""

import pytest

from helix.engine.perform import work
from helix.engine.states import RunState
from integrations.catalog import CUSTOMERIO
from tests.fakes.sandbox import SandboxProcess
from tests.integration.engine.conftest import Begin, output, step
from tests.integration.sandbox.test_all_actions import GIVEN

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

TRIGGER = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
BROADCAST = {"key": "before", "type": "customerio.trigger_broadcast", "config": GIVEN["trigger_broadcast"]}


@pytest.mark.parametrize("key", [key.removeprefix("customerio.") for key in ACTIONS])
def test_an_action_runs_as_a_step_of_a_flow(key: str, begin: Begin, sandbox: SandboxProcess) -> None:
    sandbox.settings(enforce_rates=False)
    call = {"key": "call", "type": f"customerio.{key}", "config": GIVEN.get(key, {})}
    if key == "get_trigger":  # there must be a trigger to ask about
        run = begin([TRIGGER, BROADCAST, call], ["go>before", "before>call"])
    else:
        run = begin([TRIGGER, call], ["go>call"])

    work()

    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.SUCCEEDED, "")
    ACTIONS[f"customerio.{key}"].output.model_validate(output(run, "call")["data"])
    assert step(run, "call").attempts.get().exchanges[0]["status"] == 200
