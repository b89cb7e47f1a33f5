"""No circles: a step that waits for itself never runs."""

from collections.abc import Iterator

from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for way in subject.paths.circular:
        node, target = subject.nodes[way.source], subject.nodes[way.target]
        index = next(
            at
            for at, edge in enumerate(subject.graph.edges)
            if (edge.source, edge.port, edge.target) == (way.source, way.port, way.target)
        )
        words = (
            "it is connected to itself."
            if node is target
            else f"its connection to “{target.title[:60]}” closes a circle."
        )
        hint = "Remove it: a flow goes one way. Runs repeat by a schedule, not by a circle."
        mend = repair("Remove the connection", ("remove", pointer("edges", index), None))
        yield subject.problem(node, "cycle", words, hint, mend=mend)
