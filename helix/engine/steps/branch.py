"""Branch: the first branch whose condition holds is taken. Filter: go on, or end this path."""

from typing import Any

from helix.engine.outcomes import Outcome, Succeeded, Told
from helix.engine.steps.moment import Moment
from helix.flows.conditions import explain, holds
from helix.flows.plan import PlanNode

NOWHERE = "stopped"  # a port that no edge leaves by


def branch(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    why: list[str] = []
    for choice in node.config.get("branches", []):
        label, port = choice.get("label") or choice["port"], choice["port"]
        why.append(f"{label}: {explain(choice['when'], scope)}")
        if holds(choice["when"], scope):
            return Succeeded({"branch": port, "label": label}, port, Told(node.config, explanation="\n".join(why)))
    port = node.config.get("else") or "else"
    why.append(f"None of these holds, so “{port}” is taken.")
    return Succeeded({"branch": port, "label": port}, port, Told(node.config, explanation="\n".join(why)))


def filter_(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    passed = holds(node.config["when"], scope)
    told = Told(node.config, explanation=explain(node.config["when"], scope))
    return Succeeded({"passed": passed}, "next" if passed else NOWHERE, told)
