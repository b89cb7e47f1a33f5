"""Steps that only make sense with what stands around them: joins, branches and filters."""

from collections import Counter
from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    arriving = Counter(edge.target for edge in subject.drawn)
    leaving = {edge.source for edge in subject.drawn}
    for key, node in subject.nodes.items():
        if node.type == "logic.join" and arriving[key] == 1:
            yield subject.problem(
                node,
                "join_of_one",
                "only one path arrives here.",
                "Connect another path, or remove the join.",
                severity="warning",
            )
        if node.type in ("logic.branch", "logic.filter") and key not in leaving and key in subject.reachable:
            yield subject.problem(
                node,
                "leads_nowhere",
                "nothing follows it, so it decides nothing.",
                "Connect a step behind it.",
                severity="warning",
            )
