"""Every step can be reached from a trigger."""

from collections.abc import Iterator

from helix.flows.paths import Paths, Way
from helix.flows.problems import Problem
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    if not subject.triggers:
        return
    ways = [Way(edge.source, edge.port, edge.target) for edge in subject.drawn]
    seen = Paths(list(subject.nodes), ways, {}, lambda key: False).reached_from(subject.triggers)
    for key, node in subject.nodes.items():
        if key not in seen:
            hint = "Connect it behind another step, or remove it."
            yield subject.problem(
                node, "unreachable", "no trigger leads here, so it never runs.", hint, severity="warning"
            )
