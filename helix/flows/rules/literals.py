"""Settings that shape the flow itself are fixed values: they must be known before it runs."""

from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for use in subject.uses:
        found = subject.type_of(use.node)
        if found is None or found.action is not None:
            continue
        name = use.pointer.split("/")[1] if "/" in use.pointer else ""
        field = found.input_schema.get("properties", {}).get(name.replace("~1", "/").replace("~0", "~"), {})
        if field.get("x-literal"):
            words = "must be a fixed value: it is needed before the flow runs."
            yield subject.field_problem(
                use.node, "must_be_fixed", use.pointer, words, "Switch the field to a fixed value."
            )
