"""Every step can be reached from a trigger."""

from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    if not subject.triggers:
        return
    for key, node in subject.nodes.items():
        if key not in subject.reachable:
            hint = "Connect it behind another step, or remove it."
            yield subject.problem(
                node, "unreachable", "no trigger leads here, so it never runs.", hint, severity="warning"
            )
