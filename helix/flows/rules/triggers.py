"""A flow begins somewhere: with a trigger, by hand in one way only."""

from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    if not subject.triggers:
        words = "This flow has no trigger, so it never begins." if subject.nodes else "This flow is empty."
        yield Problem("error", "no_trigger", words, "Add a trigger: a schedule, or a start by hand.")
        return
    leaving = {edge.source for edge in subject.drawn}
    seen: dict[str, str] = {}
    for key in subject.triggers:
        node = subject.nodes[key]
        if node.type == "trigger.manual" and node.type in seen:
            words = f"“{subject.nodes[seen[node.type]].title[:60]}” already begins this flow by hand."
            yield subject.problem(node, "second_manual_trigger", words, "Keep one, with all the fields.")
        seen.setdefault(node.type, key)
        if key not in leaving:
            yield subject.problem(
                node, "leads_nowhere", "nothing follows it.", "Connect it to the first step.", severity="warning"
            )
