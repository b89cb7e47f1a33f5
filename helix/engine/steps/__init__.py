"""The steps that call nobody: logic type -> its function. Each takes the node, the scope and what it must know of time."""

from collections.abc import Callable
from typing import Any

from helix.engine.outcomes import Outcome
from helix.engine.steps import branch, join, set_values, stop, wait
from helix.engine.steps.moment import Moment
from helix.flows.plan import PlanNode

LOGIC: dict[str, Callable[[PlanNode, dict[str, Any], Moment], Outcome]] = {
    "logic.branch": branch.branch,
    "logic.filter": branch.filter_,
    "logic.join": join.join,
    "logic.set": set_values.set_values,
    "logic.stop": stop.stop,
    "logic.wait": wait.wait,
}
