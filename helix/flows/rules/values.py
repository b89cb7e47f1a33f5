"""The names of a “Set values” step can be used in expressions."""

import re
from collections.abc import Iterator

from helix.expressions.parsing import is_expression
from helix.expressions.words import RESERVED
from helix.flows.problems import Problem, pointer
from helix.flows.subject import Subject

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        values = node.config.get("values")
        if node.type != "logic.set" or not isinstance(values, dict) or is_expression(values):
            continue
        if not values:
            yield subject.field_problem(
                node, "too_few", "/values", "holds nothing yet.", "Add a name and its value.", "warning"
            )
        for name in values:
            if not name.strip():
                yield subject.field_problem(
                    node, "value_name", f"/values{pointer(name)}", "has no name.", "Give the value a name."
                )
            elif not _NAME.fullmatch(name) or name in RESERVED:
                hint = f"Use letters, digits, _ and -; or read it as steps.{node.key}.data['{name[:30]}']."
                words = "cannot be written after a dot in an expression."
                yield subject.field_problem(node, "value_name", f"/values{pointer(name)}", words, hint, "warning")
