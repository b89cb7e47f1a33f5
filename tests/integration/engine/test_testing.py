"""Tests of a draft: parts of it, pinned samples, and dry runs that send nothing out."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from pydantic import SecretStr

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.engine.again import go_on
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.engine.sweep import wake_due
from helix.engine.trial import PINNED
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.flows.pins import BadSample, pin, unpin
from helix.teams.models import Team
from helix.triggers.byhand import NotRunnable
from helix.triggers.news import tell_news
from helix.triggers.publish import publish
from helix.triggers.testing import Wanted, start_test
from tests.build import graph_text
from tests.fakes.mail import MailServer
from tests.fakes.sandbox import SandboxProcess
from tests.fakes.trap import Trap
from tests.integration.engine.conftest import output, states, step

GO: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
SEGMENTS: dict[str, Any] = {"key": "segments", "type": "customerio.get_segments"}
COUNT: dict[str, Any] = {
    "key": "count",
    "type": "logic.set",
    "config": {"values": {"n": {"$liquid": "{{ steps.segments.data.segments | size }}"}}},
}
TRACK: dict[str, Any] = {
    "key": "track",
    "type": "customerio.track_event",
    "config": {"userId": "ada", "event": "tested"},
}
EDGES = ["go>segments", "segments>count", "count>track"]
CALL: dict[str, Any] = {"key": "call", "type": "http.request"}
CALLED: dict[str, Any] = {"key": "called", "type": "trigger.called", "config": {"fields": []}}
MAIL: dict[str, Any] = {
    "key": "mail",
    "type": "notify.email",
    "config": {"to": ["ada@example.com"], "subject": "Hi", "text": "Hello"},
}
SAMPLE = {"segments": [{"id": 1, "name": "One", "description": "", "state": "finished", "type": "dynamic"}] * 3}


@pytest.fixture(autouse=True)
def all_invariants_hold(transactional_db: None) -> object:
    yield
    assert broken() == []


@pytest.fixture
def flow(team: Team, sandbox: SandboxProcess) -> Flow:
    return create_flow(team, "Tested", graph_text([GO, SEGMENTS, COUNT, TRACK], EDGES))


def sent(sandbox: SandboxProcess) -> list[str]:
    return [request["path"] for request in sandbox.requests()]


def test_up_to_a_step_leaves_out_what_comes_after_it(flow: Flow, sandbox: SandboxProcess) -> None:
    run = start_test(flow, Wanted("upto", "count"), None)
    work()

    assert states(run) == {"go": "succeeded", "segments": "succeeded", "count": "succeeded"}
    assert sent(sandbox) == ["/v1/segments"]


def test_a_step_alone_takes_its_pinned_input(flow: Flow, sandbox: SandboxProcess) -> None:
    pin(flow, "segments", SAMPLE, None)

    run = start_test(flow, Wanted("only", "count"), None)
    work()

    assert states(run) == {"go": "succeeded", "count": "succeeded"}
    assert output(run, "count")["data"] == {"n": 3}
    assert sent(sandbox) == []


def test_a_step_alone_takes_what_the_last_run_gave_and_says_what_is_missing(flow: Flow) -> None:
    with pytest.raises(NotRunnable, match="uses what “segments” gives"):
        start_test(flow, Wanted("only", "count"), None)
    start_test(flow, Wanted("upto", "segments"), None)
    work()

    run = start_test(flow, Wanted("only", "count"), None)
    work()

    assert output(run, "count")["data"]["n"] > 0


def test_a_step_of_a_loop_alone_takes_its_first_item(team: Team, sandbox: SandboxProcess) -> None:
    each = {"key": "each", "type": "logic.for_each", "config": {"items": [7, 8]}}
    inner = {"key": "inner", "type": "logic.set", "config": {"values": {"v": {"$liquid": "{{ item }}"}}}}
    flow = create_flow(team, "Loop", graph_text([GO, each, inner], ["go>each", "each:each>inner"]))
    whole = start_test(flow, Wanted("only", "each"), None)
    work()
    assert StepRun.objects.filter(run=whole, node="inner", state="succeeded").count() == 2

    run = start_test(flow, Wanted("only", "inner"), None)
    work()

    assert output(run, "inner")["data"] == {"v": 7}


def test_a_pinned_step_is_not_carried_out_and_a_published_run_ignores_the_pin(
    flow: Flow, sandbox: SandboxProcess
) -> None:
    pin(flow, "segments", SAMPLE, None)

    run = start_test(flow, Wanted(), None)
    work()

    assert output(run, "count")["data"] == {"n": 3}
    assert step(run, "segments").explanation == PINNED
    assert "/v1/segments" not in sent(sandbox)

    real = start(publish(flow, None), cause=Cause.MANUAL, key="real", payload={})
    work()
    assert "/v1/segments" in sent(sandbox)
    assert not real.pinned
    assert unpin(flow, "segments")


def test_a_sample_is_checked_against_what_the_step_gives(flow: Flow) -> None:
    with pytest.raises(BadSample, match="“segments” must be a list of objects, but here it is “none”"):
        pin(flow, "segments", {"segments": "none"}, None)
    with pytest.raises(BadSample, match="not in the saved draft"):
        pin(flow, "nowhere", {}, None)
    with pytest.raises(BadSample, match="always carried out"):
        pin(flow, "go", {}, None)


class Watched:
    """Where this process connects to, and whose addresses it looks up, while it is `on`; the interpreter itself tells."""

    def __init__(self) -> None:
        self.on, self.ports, self.names = True, set[int](), set[str]()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "socket.connect" and isinstance(args[1], tuple):
            self.ports.add(args[1][1])
        elif event == "socket.getaddrinfo":
            self.names.add(str(args[0]))


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.on = False


def test_a_dry_run_never_uses_a_real_key_or_host(
    team: Team, sandbox: SandboxProcess, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real connections, an HTTP step to a listener that is allowed, a mail server, a called flow: nobody hears a word of it."""
    save_connection(team, name="live", region="us", secrets={name: f"real-{name}" for name in SANDBOX_SECRETS})
    Connection.objects.filter(team=team, sandbox=True).delete()
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", "127.0.0.1/32")
    live = [{**each, "connection": "live"} for each in (SEGMENTS, TRACK)]
    with Trap() as trap, MailServer() as server:
        monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr(f"smtp://127.0.0.1:{server.port}"))
        monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_FROM", "helix@example.com")
        call = {**CALL, "config": {"method": "POST", "url": f"http://127.0.0.1:{trap.port}/"}}
        inner = graph_text([CALLED, live[1], call], ["called>track", "track>call"])
        publish(create_flow(team, "Child", inner), None)
        child = Flow.objects.get(name="Child")
        sub = {"key": "sub", "type": "logic.run_flow", "config": {"flow": str(child.pk), "input": {}}}
        edges = ["go>segments", "segments>track", "track>call", "call>mail", "mail>sub"]
        flow = create_flow(team, "Dry", graph_text([GO, *live, call, MAIL, sub], edges))

        run = start_test(flow, Wanted(dry=True), None)
        carry_on()
        run.refresh_from_db()
        again = go_on(run, None, start_at="segments")
        carry_on()

        for each in (run, again, *Run.objects.filter(flow=child)):
            each.refresh_from_db()
            assert (each.state, each.message, each.dry) == (RunState.SUCCEEDED, "", True)
        assert Run.objects.filter(flow=child).count() == 2
        assert not watched.ports & {trap.port, server.port, 80, 443}
        assert not any("customer.io" in name for name in watched.names)
        assert (trap.caught, server.received) == ([], [])

        start_test(create_flow(team, "Real", graph_text([GO, call], ["go>call"])), Wanted(), None)
        work()
        assert trap.caught, "the trap hears a test that is not dry"
    assert {request["answer"]["status"] for request in sandbox.requests()} == {200}
    assert "not sent" in step(run, "call").explanation
    assert "no e-mail was sent" in step(run, "mail").explanation
    assert Connection.objects.filter(team=team, sandbox=True).count() == 1


def carry_on() -> None:
    """What workers and the scheduler do until nothing is left."""
    for _ in range(4):
        work()
        tell_news()
        wake_due()
