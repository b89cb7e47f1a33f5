"""Every step is of a type that there is."""

from collections.abc import Iterator

from helix.expressions.near import nearest
from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        if node.type in subject.steps:
            continue
        close = nearest(node.type, subject.steps)
        hint = (
            f"Did you mean {close} (“{subject.steps[close].title}”)?"
            if close
            else "Choose a step from the palette, or remove this one."
        )
        path = f"{pointer('nodes', subject.index[node.key])}/type"
        mend = repair(f"Make it “{subject.steps[close].title}”", ("replace", path, close)) if close else None
        yield subject.problem(
            node, "unknown_type", f"there is no kind of step “{node.type[:60]}”.", hint, field="@type", mend=mend
        )
