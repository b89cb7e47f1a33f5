"""The steps that call a service: one for each action of the catalogue."""

from collections.abc import Callable

from helix.expressions.types import Schema
from helix.flows.steps.step import Config, StepType, TypeOf
from integrations.catalog import ACTIONS as CATALOGUE
from integrations.kit.action import Action


def _output(action: Action) -> Callable[[Config, TypeOf], Schema]:
    schema = action.output_schema()
    return lambda config, type_of: schema


def step_of(action: Action) -> StepType:
    """The step that performs this action."""
    return StepType(
        key=action.key,
        title=action.title,
        help=action.help,
        family=action.family,
        kind="action",
        icon=action.icon,
        input=action.input,
        integration=action.api.integration,
        key_family=action.key_family,
        destructive=action.destructive,
        deprecated=action.deprecated,
        effect=action.effect,
        action=action,
        output=_output(action),
    )


ACTIONS = tuple(step_of(action) for action in CATALOGUE.values())
