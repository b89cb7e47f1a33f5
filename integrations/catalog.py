"""The list of integrations and their actions: every folder beside this file with an `integration.py` is one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module, util
from pathlib import Path
from types import MappingProxyType

from integrations.kit.action import Action
from integrations.kit.integration import Integration

__all__ = ["ACTIONS", "CUSTOMERIO", "HTTP", "INTEGRATIONS", "Integration", "action"]

FIRST = ("customerio", "http")
"""Folders in the order of the palette; others follow by name."""
NONE = frozenset({"kit"})
"""Folders that are no integration."""


def _found() -> dict[str, Integration]:
    folders = [each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]) if each.ispkg]
    ordered = [*FIRST, *sorted(set(folders) - set(FIRST) - NONE)]
    modules = [f"integrations.{name}.integration" for name in ordered]
    listed: list[Integration] = [import_module(name).INTEGRATION for name in modules if util.find_spec(name)]
    return {each.key: each for each in listed}


INTEGRATIONS: Mapping[str, Integration] = MappingProxyType(_found())
"""Every integration, by key."""

CUSTOMERIO, HTTP = (INTEGRATIONS[key] for key in FIRST)

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {action.key: action for integration in INTEGRATIONS.values() for action in integration.actions}
)
"""Every action, by key, in the order a palette shows them."""


def action(key: str) -> Action:
    """The action of this key. KeyError when there is none."""
    return ACTIONS[key]
