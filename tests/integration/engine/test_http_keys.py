"""A key that was typed into an HTTP step reaches the service, and nothing that is stored of the run."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings

from helix.engine.models import Attempt, StepRun
from helix.engine.perform import work
from tests.integration.engine.conftest import Begin
from tests.unit.integrations.listener import Listener, Says

KEY = "sk_live_abcdef123456"
TRIGGER = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A service of this machine that the installation's operator has listed."""
    listener = Listener()
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", f"127.0.0.1:{listener.server.server_port}")
    yield listener
    listener.close()


@pytest.mark.parametrize("status", [200, 403])
def test_keys_in_headers_query_and_address_are_stored_nowhere(begin: Begin, listener: Listener, status: int) -> None:
    listener.says(Says(status, {"echo": f"you sent {KEY}"}))
    config = {
        "method": "GET", "url": f"{listener.url}/orders?access_token={KEY}", "body_type": "none",
        "headers": {"X-Api-Key": KEY, "Authorization": f"Bearer {KEY}", "X-Plain": "seen"}, "query": {"api_key": KEY, "q": "shoes"},
    }  # fmt: skip
    run = begin([TRIGGER, {"key": "call", "type": "http.request", "config": config}], ["go>call"])

    work()

    (heard,) = listener.heard
    assert {name.lower(): value for name, value in heard.headers.items()}["x-api-key"] == KEY
    assert KEY in heard.target
    step = StepRun.objects.get(run=run, node="call")
    kept = json.dumps([step.input, step.output, list(Attempt.objects.filter(step=step).values("exchanges", "error"))])
    assert KEY not in kept
    assert step.input is not None
    assert step.input["headers"]["X-Plain"] == "seen"
    assert step.input["query"]["q"] == "shoes"
