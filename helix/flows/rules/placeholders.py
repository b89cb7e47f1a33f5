"""Nothing of another program is left: steps that stand for its own, and expressions in its language."""

from collections.abc import Iterator

from helix.flows.n8n.values import UNTRANSLATED, is_untranslated
from helix.flows.problems import Problem
from helix.flows.steps.placeholder import PLACEHOLDER
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        if node.type == PLACEHOLDER:
            why = node.config.get("why")
            hint = why[:300] if isinstance(why, str) and why.strip() else "Put a step of Helix in its place."
            words = "it is a placeholder and cannot run."
            yield subject.problem(
                node, "placeholder", words, f"{hint[:1].upper()}{hint[1:]} Then remove it.", field="@type"
            )
    for use in subject.uses:
        if is_untranslated(use.text):
            words = f"still holds an expression of n8n: {use.text.removeprefix(UNTRANSLATED)[:120]}"
            hint = "Choose the data again, or write the expression in Liquid."
            yield subject.field_problem(use.node, "untranslated", use.pointer, words, hint)
