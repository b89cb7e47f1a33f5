"""Set: names for values, to be used by later steps."""

from typing import Any

from helix.engine.outcomes import Outcome, Succeeded, Told
from helix.engine.steps.moment import Moment
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode


def set_values(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    config = settled(node, scope)
    return Succeeded(config.get("values", {}), told=Told(config))
