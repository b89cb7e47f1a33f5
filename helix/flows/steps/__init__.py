"""The registry of step types: triggers, logic, and one step for each action of the catalogue."""

from collections.abc import Mapping
from types import MappingProxyType

from helix.flows.steps.actions import ACTIONS
from helix.flows.steps.incoming import INCOMING
from helix.flows.steps.logic import LOGIC
from helix.flows.steps.step import ERROR, NEXT, Port, StepType
from helix.flows.steps.triggers import TRIGGERS

__all__ = ["ERROR", "NEXT", "STEP_TYPES", "Port", "StepType"]

STEP_TYPES: Mapping[str, StepType] = MappingProxyType(
    {step.key: step for step in (*TRIGGERS, *INCOMING, *LOGIC, *ACTIONS)}
)
"""Every step type by its key, in the order a palette shows them."""
