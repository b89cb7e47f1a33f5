"""Flows that begin when another one failed."""

from typing import Any

from helix.engine.models import Run
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.flows.models import Flow
from helix.triggers.failed import tell_of_failure
from tests.integration.triggers.conftest import MakeFlow


def failed_run(flow: Flow, cause: Cause = Cause.API, **fields: Any) -> Run:
    assert flow.published is not None
    run = start(flow.published, cause=cause, key="one", payload={})
    Run.objects.filter(pk=run.pk).update(**{"state": RunState.FAILED, "message": "Step “Send”: refused.", **fields})
    return Run.objects.get(pk=run.pk)


def test_flows_that_listen_begin_once(make_flow: MakeFlow) -> None:
    any_flow, working = make_flow("trigger.flow_failed", "Any"), make_flow("trigger.manual", "Working")
    only = make_flow("trigger.flow_failed", "Only", flows=[str(working.pk)])
    make_flow("trigger.flow_failed", "Not this", flows=[str(any_flow.pk)])
    run = failed_run(working)

    tell_of_failure(run)
    tell_of_failure(run)

    told = Run.objects.filter(cause_kind=Cause.FAILURE)
    assert set(told.values_list("flow", flat=True)) == {any_flow.pk, only.pk}
    payload = told.filter(flow=only).get().payload
    assert payload["run_id"] == str(run.pk) and payload["flow_name"] == "Working" and "refused" in payload["message"]


def test_a_failure_flow_that_fails_tells_nobody(make_flow: MakeFlow) -> None:
    listening = make_flow("trigger.flow_failed", "Listening")
    make_flow("trigger.flow_failed", "Other")

    assert tell_of_failure(failed_run(listening, Cause.FAILURE)) == []


def test_runs_that_did_not_fail_or_were_tests_tell_nobody(make_flow: MakeFlow) -> None:
    working = make_flow("trigger.manual", "Working")
    make_flow("trigger.flow_failed", "Listening")

    assert tell_of_failure(failed_run(working, state=RunState.SUCCEEDED)) == []
    assert tell_of_failure(failed_run(working, Cause.TEST)) == []


def test_a_flow_that_listens_for_any_failure_does_not_hear_its_own(make_flow: MakeFlow) -> None:
    assert tell_of_failure(failed_run(make_flow("trigger.flow_failed", "Listening"))) == []
