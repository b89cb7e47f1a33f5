"""The one list of integrations and their actions. Nothing is discovered by itself: what is here exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from integrations.customerio.broadcasts import BROADCASTS
from integrations.customerio.connection import FAMILIES, Family
from integrations.customerio.events import EVENTS
from integrations.customerio.messages import MESSAGES
from integrations.customerio.people import PEOPLE
from integrations.customerio.segments import SEGMENTS
from integrations.customerio.workspace import WORKSPACE
from integrations.kit.action import Action


@dataclass(frozen=True)
class Integration:
    """A service that flows can call."""

    key: str
    title: str
    actions: tuple[Action, ...]
    families: tuple[Family, ...]
    """The kinds of keys a connection to it may hold."""


CUSTOMERIO = Integration(
    key="customerio",
    title="Customer.io",
    actions=(*PEOPLE, *EVENTS, *SEGMENTS, *MESSAGES, *BROADCASTS, *WORKSPACE),
    families=FAMILIES,
)

INTEGRATIONS: Mapping[str, Integration] = MappingProxyType({CUSTOMERIO.key: CUSTOMERIO})
"""Every integration, by key."""

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {action.key: action for integration in INTEGRATIONS.values() for action in integration.actions}
)
"""Every action, by key, in the order a palette shows them."""


def action(key: str) -> Action:
    """The action of this key. KeyError when there is none."""
    return ACTIONS[key]
