"""The one list of integrations and their actions. Nothing is discovered by itself: what is here exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from integrations.customerio import connection as customerio
from integrations.customerio.broadcasts import BROADCASTS
from integrations.customerio.events import EVENTS
from integrations.customerio.messages import MESSAGES
from integrations.customerio.people import PEOPLE
from integrations.customerio.segments import SEGMENTS
from integrations.customerio.workspace import WORKSPACE
from integrations.http import connection as http
from integrations.kit.action import Action
from integrations.kit.auth import Credentials
from integrations.kit.client import Client
from integrations.kit.families import Family, ProbeResult


@dataclass(frozen=True)
class Integration:
    """A service that flows can call."""

    key: str
    title: str
    actions: tuple[Action, ...]
    families: tuple[Family, ...]
    """The kinds of keys a connection to it may hold."""
    probe: Callable[[Credentials, Client], list[ProbeResult]]
    """Tries the keys of a connection; no result when there is nothing to try them at."""


CUSTOMERIO = Integration(
    key="customerio",
    title="Customer.io",
    actions=(*PEOPLE, *EVENTS, *SEGMENTS, *MESSAGES, *BROADCASTS, *WORKSPACE),
    families=customerio.FAMILIES,
    probe=customerio.probe,
)

HTTP = Integration(
    key=http.KEY,
    title="HTTP service",
    actions=(),
    families=http.FAMILIES,
    probe=http.probe,
)

INTEGRATIONS: Mapping[str, Integration] = MappingProxyType({each.key: each for each in (CUSTOMERIO, HTTP)})
"""Every integration, by key."""

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {action.key: action for integration in INTEGRATIONS.values() for action in integration.actions}
)
"""Every action, by key, in the order a palette shows them."""


def action(key: str) -> Action:
    """The action of this key. KeyError when there is none."""
    return ACTIONS[key]
