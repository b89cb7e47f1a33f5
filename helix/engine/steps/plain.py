"""Steps that only work on their settings: a function of them, as a step."""

from collections.abc import Callable, Mapping
from typing import Any

from helix.engine.outcomes import Failed, Outcome, Succeeded, Told, Trouble
from helix.engine.outputs import whole
from helix.engine.steps.moment import Moment
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode
from integrations.kit.errors import CallError


def plain(do: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Callable[[PlanNode, dict[str, Any], Moment], Outcome]:
    """The step that gives what the function makes of its settings."""

    def step(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
        config = settled(node, scope)
        try:
            return Succeeded(do(whole(config)), told=Told(config))
        except CallError as error:
            return Failed(Trouble(error.kind, error.message, error.hint), Told(config))

    return step
