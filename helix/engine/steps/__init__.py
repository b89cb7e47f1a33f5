"""The steps that call nobody: logic type -> its function."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from helix.engine.claim import Held
from helix.engine.outcomes import Outcome
from helix.engine.steps import branch, for_each, join, run_flow, set_values, stop, wait, wait_for
from helix.engine.steps.batch import batch_step
from helix.engine.steps.csv import csv_step
from helix.engine.steps.moment import Moment
from helix.engine.steps.plain import plain
from helix.flows.plan import PlanNode

LOGIC: dict[str, Callable[[PlanNode, dict[str, Any], Moment], Outcome]] = {
    "logic.branch": branch.branch,
    "logic.filter": branch.filter_,
    "logic.join": join.join,
    "data.csv": plain(csv_step),
    "logic.batch": plain(batch_step),
    "logic.set": set_values.set_values,
    "logic.stop": stop.stop,
    "logic.wait": wait.wait,
}
"""Steps that need no more than their settings, the scope and the time."""

WITNESSED: dict[str, Callable[[Held, PlanNode, dict[str, Any], datetime], Outcome]] = {
    "logic.for_each": for_each.for_each,
    "logic.run_flow": run_flow.run_flow,
    "logic.wait_for": wait_for.wait_for,
}
"""Steps that look at what has become of them meanwhile: items that have ended, an answer that has come."""
