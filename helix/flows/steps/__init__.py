"""The registry of step types: triggers, logic, and one step for each action of the catalogue."""

from collections.abc import Mapping
from types import MappingProxyType

from helix.flows.steps.actions import ACTIONS
from helix.flows.steps.calls import CALLS
from helix.flows.steps.data import DATA
from helix.flows.steps.hooks import HOOKS
from helix.flows.steps.logic import LOGIC
from helix.flows.steps.loops import LOOPS
from helix.flows.steps.placeholder import PLACEHOLDERS
from helix.flows.steps.step import ERROR, NEXT, Port, StepType
from helix.flows.steps.triggers import TRIGGERS
from helix.flows.steps.waiting import WAITING

__all__ = ["ERROR", "NEXT", "STEP_TYPES", "Port", "StepType"]

STEP_TYPES: Mapping[str, StepType] = MappingProxyType(
    {step.key: step for step in (*TRIGGERS, *HOOKS, *LOGIC, *LOOPS, *WAITING, *DATA, *CALLS, *ACTIONS, *PLACEHOLDERS)}
)
"""Every step type by its key, in the order a palette shows them."""
