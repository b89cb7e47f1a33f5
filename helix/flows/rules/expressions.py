"""Every expression can be read, and asks for data that exist, stand before the step, and are certainly there."""

from collections.abc import Iterator, Mapping
from typing import Any

from helix.expressions.infer_values import Finding
from helix.expressions.parsing import MARK, is_expression
from helix.flows.graph import Node
from helix.flows.n8n.values import is_untranslated
from helix.flows.problems import Problem, pointer
from helix.flows.subject import MOST_PROBLEMS_A_STEP, Subject

_LABELS = {"maybe_missing": "Give a default", "text_of_list": "Make it text"}


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        for place in bad_marks(node.config):
            hint = 'Write {"$liquid": "{{ … }}"}, and nothing beside it.'
            yield subject.field_problem(
                node, "bad_expression", place, "holds something that looks like an expression, and is none.", hint
            )
    told: dict[str, int] = {}
    for use in subject.uses:
        if in_condition(use.node, use.pointer) or is_untranslated(use.text):
            continue
        told[use.node.key] = told.get(use.node.key, 0) + 1
        if told[use.node.key] > MOST_PROBLEMS_A_STEP * 10:
            continue
        if not use.text.strip():
            yield subject.field_problem(
                use.node,
                "expression_empty",
                use.pointer,
                "holds an empty expression.",
                "Choose data, or write a fixed value.",
            )
            continue
        for finding in subject.infer(use.node.key, use.text).findings:
            yield told_of(subject, use.node, use.pointer, finding)


def told_of(subject: Subject, node: Node, place: str, finding: Finding) -> Problem:
    """A finding of an expression as a problem of its step."""
    mend = subject.put_text(node, place, _LABELS.get(finding.code, "Correct it"), finding.replacement)
    text = finding.message
    if finding.code == "expression_syntax":
        text = f"cannot be read: {text[:1].lower()}{text[1:]}"
    return subject.field_problem(node, finding.code, place, text, finding.hint, finding.severity, mend)


def in_condition(node: Node, place: str) -> bool:
    """Whether a place is in a condition: those are the condition rule's, which knows what may be missing there."""
    if node.type == "logic.filter":
        return place == "/when" or place.startswith("/when/")
    if node.type == "logic.branch":
        parts = place.split("/")
        return len(parts) > 3 and parts[1] == "branches" and parts[3] == "when"
    return False


def bad_marks(value: Any, place: str = "") -> Iterator[str]:
    """Places of objects with the name “$liquid” that are no expressions."""
    if isinstance(value, Mapping):
        if MARK in value and not is_expression(value):
            yield place
        elif not is_expression(value):
            for name, part in value.items():
                yield from bad_marks(part, place + pointer(name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            if isinstance(part, (dict, list)):
                yield from bad_marks(part, f"{place}/{index}")
