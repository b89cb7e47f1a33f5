"""Names in the document that a step does not have."""

from collections.abc import Iterator

from helix.expressions.near import nearest
from helix.flows.graph import Node
from helix.flows.problems import Problem
from helix.flows.subject import Subject

NAMES = tuple(name for name in Node.model_fields if name != "unknown")


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        for name in node.unknown:
            close = nearest(name, NAMES)
            hint = f"Did you mean “{close}”?" if close else "It is kept, and has no effect."
            yield subject.problem(
                node,
                "unknown_setting",
                f"“{name[:60]}” means nothing to a step.",
                hint,
                field=f"@{name[:60]}",
                severity="warning",
            )
