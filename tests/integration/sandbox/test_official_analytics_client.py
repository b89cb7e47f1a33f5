"""Customer.io's official Python client for Pipelines runs against the sandbox unchanged: every call, and its effect."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from customerio.analytics.client import Client as Analytics
from customerio.analytics.request import APIError

from integrations.customerio.sandbox.auth import PIPELINES_KEY
from tests.fakes.sandbox import SandboxProcess

# The client asks for the time in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def people(sandbox: SandboxProcess) -> dict[str, Any]:
    return {who["id"]: who for who in sandbox.state()["people"]}


def test_identify(analytics: Analytics, sandbox: SandboxProcess) -> None:
    analytics.identify("u-1", {"email": "u@example.com", "plan": "team"})

    who = people(sandbox)["u-1"]
    assert (who["email"], who["attributes"]) == ("u@example.com", {"plan": "team"})


@pytest.mark.parametrize(
    ("call", "kind", "name"),
    [
        (lambda client: client.track("u-1", "bought", {"n": 1}), "track", "bought"),
        (lambda client: client.page("u-1", "Docs", "Home", {"n": 1}), "page", "Home"),
        (lambda client: client.screen("u-1", "Main", "Feed", {"n": 1}), "screen", "Feed"),
        (lambda client: client.screen("u-1", properties={"n": 1}), "screen", ""),
        (lambda client: client.track(anonymous_id="a-1", event="looked", properties={"n": 1}), "track", "looked"),
    ],
)
def test_events(
    call: Callable[[Analytics], Any], kind: str, name: str, analytics: Analytics, sandbox: SandboxProcess
) -> None:
    call(analytics)

    (event,) = sandbox.state()["events"]
    assert (event["type"], event["name"], event["properties"]) == (kind, name, {"n": 1})


def test_group_and_alias(analytics: Analytics, sandbox: SandboxProcess) -> None:
    analytics.group("1", "globex", {"objectTypeId": "1", "name": "Globex"})
    analytics.group(group_id="lonely", traits={"name": "Nobody yet"})
    analytics.alias("2", "1")

    lonely, globex = sandbox.state()["groups"][:2]
    assert (lonely["id"], lonely["people"]) == ("lonely", [])
    assert (globex["attributes"], globex["people"]) == ({"name": "Globex"}, ["1"])
    assert "2" not in people(sandbox)


def test_many_calls_go_as_batches_gzipped_from_a_thread(sandbox: SandboxProcess) -> None:
    failed: list[Any] = []
    client = Analytics(
        PIPELINES_KEY, host=sandbox.url, gzip=True, upload_size=20, on_error=lambda *error: failed.append(error)
    )

    for number in range(50):
        client.track("u-1", f"event {number}", {"text": "ü" * 100})
    client.shutdown()

    assert failed == []
    assert sandbox.state()["counts"]["events"] == 50
    assert {entry["headers"]["content-encoding"] for entry in sandbox.requests()} == {"gzip"}
    assert len(sandbox.requests()) >= 3


def test_a_wrong_key_is_answered_200_and_dropped(sandbox: SandboxProcess) -> None:
    Analytics("wrong", host=sandbox.url, sync_mode=True).track("u-1", "bought")

    assert (sandbox.state()["counts"]["events"], sandbox.state()["counts"]["invalid"]) == (0, 1)


def test_strict_refusals_are_read_by_the_client(analytics: Analytics, sandbox: SandboxProcess) -> None:
    sandbox.settings(strict=True)

    with pytest.raises(APIError, match="unauthorized") as refused:
        Analytics("wrong", host=sandbox.url, sync_mode=True).track("u-1", "bought")

    assert refused.value.status == 401


def test_its_retries_arrive_once(sandbox: SandboxProcess) -> None:
    """The answer to the first try is lost; the second carries the same message id."""
    sandbox.faults([{"do": "commit_then_reset", "match": {"path": "/v1/batch"}}])
    client = Analytics(PIPELINES_KEY, host=sandbox.url, max_retries=3, upload_interval=0.1)

    client.track("u-1", "bought")
    waiter = threading.Thread(target=client.shutdown)
    waiter.start()
    waiter.join(15)

    assert len(sandbox.requests()) == 2
    assert (sandbox.state()["counts"]["events"], sandbox.state()["counts"]["repeats"]) == (1, 1)
