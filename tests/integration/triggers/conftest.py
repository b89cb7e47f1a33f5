"""A team with a connection, and flows that begin from outside."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.models import Team
from helix.triggers.publish import publish
from integrations.customerio.hooks import EVENTS, sign
from tests.build import cast, graph_text

STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}
KEY = "signing key of the reporting webhook"


@pytest.fixture
def team(transactional_db: None) -> Team:
    return cast()[0]


@pytest.fixture
def connection(team: Team) -> Connection:
    return save_connection(team, name="production", region="us", secrets={"app_key": "x"})


MakeFlow = Callable[..., Flow]


@pytest.fixture
def make_flow(team: Team) -> MakeFlow:
    """Publishes a flow that begins at one trigger and stops: make_flow("trigger.webhook", verify="none")."""

    def make(kind: str, name: str = "Tested", **config: Any) -> Flow:
        trigger = {"key": "begin", "type": kind, "config": config}
        flow = create_flow(team, name, graph_text([trigger, STOP], ["begin>halt"]))
        publish(flow, None)
        return Flow.objects.get(pk=flow.pk)

    return make


def event(name: str = "email_bounced", **parts: Any) -> bytes:
    """The bytes of an event as Customer.io sends it."""
    return json.dumps({**EVENTS[name].example, **parts}).encode()


def signed(body: bytes, key: str = KEY, stamp: int | None = None) -> dict[str, str]:
    """The headers of a genuine call."""
    moment = int(time.time()) if stamp is None else stamp
    return {
        "Content-Type": "application/json",
        "X-CIO-Timestamp": str(moment),
        "X-CIO-Signature": sign(key, moment, body),
    }
