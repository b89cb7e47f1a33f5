"""The classes of effects (docs/architecture.md): a step of each, and how the far side tells its calls apart."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helix.flows.steps import STEP_TYPES

MARKER: dict[str, str] = {"$liquid": "{{ run.id }}"}
"""Put into every call, so that the far side shows which run it belongs to."""
PATIENT = {
    "max_attempts": 5,
    "initial_seconds": 0.2,
    "factor": 2,
    "max_seconds": 2,
    "on": ["network", "rate_limited", "server_error"],
}


@dataclass(frozen=True)
class Effect:
    """A class, the path that its calls are told by, and whether a repeat does harm."""

    name: str
    path: str
    node: Callable[[], dict[str, Any]]
    dangerous: bool = False
    key: str = ""  # the field of the body that must be the same in every repeat

    def calls(self, requests: list[dict[str, Any]], run_id: str) -> list[dict[str, Any]]:
        """The calls that the far side received for this run and did not refuse."""
        return [
            request
            for request in requests
            if request["path"] == self.path
            and run_id in request["text"]
            and (request["answer"] is None or request["answer"]["status"] < 400)
        ]


def _identify() -> dict[str, Any]:
    return {"type": "customerio.identify_person", "config": {"userId": "ada@example.com", "traits": {"run": MARKER}}}


def _track() -> dict[str, Any]:
    config = {"userId": "ada@example.com", "event": "ordered", "properties": {"run": MARKER}}
    return {"type": "customerio.track_event", "config": config}


def _broadcast() -> dict[str, Any]:
    return {"type": "customerio.trigger_broadcast", "config": {"broadcast_id": 1, "data": {"run": MARKER}}}


def _post() -> dict[str, Any]:
    url = f"{os.environ['HELIX_SANDBOX_URL']}/v1/page"
    config = {"method": "POST", "url": url, "body_type": "json", "json": {"run": MARKER}}
    return {"type": "http.request", "config": config, "connection": None}


def effects() -> Mapping[str, Effect]:
    """Every class that this Helix has a step for."""
    found = [
        Effect("A", "/v1/identify", _identify),
        Effect("B", "/v1/track", _track, key="messageId"),
        Effect("C", "/v1/campaigns/1/triggers", _broadcast, dangerous=True),
    ]
    if "http.request" in STEP_TYPES:
        found.append(Effect("D", "/v1/page", _post, dangerous=True))
    return {effect.name: effect for effect in found}
