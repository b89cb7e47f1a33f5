"""Join: the paths meet. Whether enough of them have come is decided in decide.py, before this step is ready."""

from typing import Any

from helix.engine.outcomes import Outcome, Succeeded
from helix.engine.steps.moment import Moment
from helix.flows.plan import PlanNode


def join(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    return Succeeded({})
