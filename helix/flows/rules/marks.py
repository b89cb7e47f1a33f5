"""Steps that the service has given up, and steps that do harm when they run for the wrong people."""

from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.steps.waiting import WAIT_FOR
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        step = subject.type_of(node)
        if step is None:
            continue
        if step.deprecated:
            hint = "Plan to replace it."
            yield subject.problem(
                node,
                "deprecated",
                f"this action is on its way out. {step.deprecated}",
                hint,
                field="@type",
                severity="warning",
            )
        if step.destructive and node.key in subject.reachable and not is_guarded(subject, node.key):
            hint = "Require an approval before it, or put “Only go on if” or a branch there, so that it runs for the right people only."
            yield subject.problem(
                node, "destructive", f"it runs unasked. {step.destructive}", hint, field="@type", severity="warning"
            )


def is_guarded(subject: Subject, key: str) -> bool:
    """Whether a branch, a filter or a person decides, on every way, that the step runs."""
    for before in subject.paths.before(key):
        node = subject.nodes[before]
        if node.type == "logic.filter" and subject.paths.surely_leaves(before, "next", key):
            return True
        is_approval = node.type == WAIT_FOR and node.config.get("for", "approval") == "approval"
        if is_approval and subject.paths.surely_leaves(before, "approved", key):
            return True
        if node.type == "logic.branch" and any(
            subject.paths.surely_leaves(before, port, key) for port in subject.ports(node) or ()
        ):
            return True
    return False
