"""What an integration is: a service, its actions, the keys a connection to it holds, and how they are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integrations.kit.action import Action
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, send
from integrations.kit.errors import CallError, MissingKey
from integrations.kit.families import Family, ProbeResult

PROBE_SECONDS = 15.0
Probe = Callable[[Credentials, Client], list[ProbeResult]]


@dataclass(frozen=True)
class Integration:
    """A service that flows can call."""

    key: str
    title: str
    actions: tuple[Action, ...]
    families: tuple[Family, ...]
    """The kinds of keys a connection to it may hold."""
    probe: Probe
    """Tries the keys of a connection; no result when there is nothing to try them at."""
    help: str = ""
    """One sentence: what the service does for a flow."""

    @property
    def regions(self) -> bool:
        """Whether its hosts differ by region, so that a person must choose one."""
        return any(action.api.has_regions for action in self.actions)


def untried(credentials: Credentials, client: Client) -> list[ProbeResult]:
    """For a service that has no call which changes nothing: the connection stays untested."""
    return []


def by_reading(action: Action, family: str) -> Probe:
    """Try the key with an action that only reads and needs no settings."""

    def probe(credentials: Credentials, client: Client) -> list[ProbeResult]:
        try:
            send(action, {}, credentials, client=client, idempotency_key="", timeout_seconds=PROBE_SECONDS)
        except MissingKey:
            return []
        except CallError as error:
            return [ProbeResult(family, False, error.message, error.hint)]
        return [ProbeResult(family, True, f"{action.api.service} takes the key.", "")]

    return probe
