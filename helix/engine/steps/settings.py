"""The settings of a logic step with their expressions worked out."""

from typing import Any, cast

from helix.expressions import resolve
from helix.flows.plan import PlanNode


def settled(node: PlanNode, scope: dict[str, Any]) -> dict[str, Any]:
    """The node's config for this run; ExpressionError when a value is missing."""
    return cast(dict[str, Any], resolve(node.config, scope))  # an object resolves to an object
