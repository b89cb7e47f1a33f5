"""Conditions ask something, of data that are there, and compare what can be compared."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from helix.expressions.infer import Inferred, infer
from helix.expressions.narrow import Path
from helix.expressions.near import nearest
from helix.expressions.parsing import MARK, is_expression
from helix.expressions.types import ANY, Schema
from helix.flows.compared import Clash, clash
from helix.flows.conditions import GROUPS, MOST_DEPTH, OPERATORS, UNARY
from helix.flows.graph import Node
from helix.flows.guards import present_if
from helix.flows.problems import Problem, repair
from helix.flows.rules.expressions import told_of
from helix.flows.steps.logic import branches
from helix.flows.subject import Subject

Known = frozenset[Path]


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        walk = _Walk(subject, node)
        if node.type == "logic.filter" and "when" in node.config:
            yield from walk.part(node.config["when"], "/when", subject.present(node.key))
        elif node.type == "logic.branch":
            known = subject.present(node.key)
            listed = node.config.get("branches")
            for index, branch in enumerate(listed if isinstance(listed, list) else []):
                if branch in branches(node.config) and isinstance(branch, dict) and "when" in branch:
                    yield from walk.part(branch["when"], f"/branches/{index}/when", known)
                    known |= present_if(branch["when"], False)


@dataclass(frozen=True)
class _Walk:
    """One condition, part by part; `known` grows by what the parts before have shown."""

    subject: Subject
    node: Node

    def part(self, when: JsonValue, place: str, known: Known, depth: int = 0) -> Iterator[Problem]:
        if not isinstance(when, dict):
            if depth == 0:  # the settings say so already
                return
            yield self.wrong(
                "condition_shape",
                place,
                "is no condition.",
                "Choose a value, a comparison and what to compare it with.",
            )
            return
        if depth > MOST_DEPTH:
            yield self.wrong(
                "condition_shape", place, f"nests groups deeper than {MOST_DEPTH} levels.", "Use a second branch."
            )
            return
        groups = [name for name in GROUPS if name in when]
        if len(groups) > 1 or (groups and "op" in when):
            yield self.wrong(
                "condition_shape",
                place,
                "is several conditions at once.",
                "Put them into one group: all of them, or any.",
            )
            return
        if not groups:
            yield from self.leaf(when, place, known)
            return
        name = groups[0]
        parts = when[name]
        if not isinstance(parts, list) or not parts:
            yield self.wrong("condition_empty", place, "asks nothing.", "Add a comparison.")
            return
        for index, each in enumerate(parts):
            yield from self.part(each, f"{place}/{name}/{index}", known, depth + 1)
            known |= present_if(each, name == "all")

    def leaf(self, leaf: dict[str, JsonValue], place: str, known: Known) -> Iterator[Problem]:
        op = leaf.get("op")
        if not isinstance(op, str) or op not in OPERATORS:
            yield self.operator(op, place)
            return
        for name in leaf.keys() - {"left", "op", "right"}:
            yield self.wrong(
                "unknown_field", f"{place}/{name}".replace("~", "~0"), "has no meaning in a comparison.", "Remove it."
            )
        needed = ("left",) if op in UNARY else ("left", "right")
        missing = [name for name in needed if name not in leaf or leaf[name] == {MARK: ""}]
        for name in missing:
            what = "the value to look at" if name == "left" else "what to compare with"
            yield self.wrong(
                "condition_side",
                f"{place}/{name}",
                f"lacks {what}.",
                "Choose data of an earlier step, or write a value.",
            )
        if missing:
            return
        sides = {name: self.side(leaf[name], known, may_miss=op in UNARY) for name in needed}
        found = False
        for name, side in sides.items():
            for finding in side.findings:
                found = found or finding.severity == "error"
                yield told_of(self.subject, self.node, f"{place}/{name}", finding)
        if found:
            return
        right = sides["right"].schema if "right" in sides else ANY
        wrong = clash(op, sides["left"].schema, right)
        if wrong:
            yield self.clashing(wrong, leaf, place)

    def side(self, value: JsonValue, known: Known, *, may_miss: bool) -> Inferred:
        """The type of one side, with everything wrong in the expressions of it."""
        names = self.subject.names(self.node.key)
        if is_expression(value) and isinstance(value, dict):
            return infer(str(value[MARK]), names, known, may_miss=may_miss)
        found: list[Inferred] = []
        if isinstance(value, (dict, list)):
            inner = list(value.values()) if isinstance(value, dict) else value
            found = [self.side(each, known, may_miss=False) for each in inner]
        schema: Schema = self.subject.type_of_value(self.node, value)
        return Inferred(schema, tuple(finding for each in found for finding in each.findings), True)

    def operator(self, op: JsonValue, place: str) -> Problem:
        close = nearest(op, OPERATORS) if isinstance(op, str) else None
        mend = None
        if close:
            mend = repair(f"Take “{close}”", ("replace", f"{self.subject.path_of(self.node, place)}/op", close))
        hint = f"Did you mean “{close}”?" if close else f"There are: {', '.join(sorted(OPERATORS))}."
        words = f"uses “{str(op)[:40]}”, which is no comparison." if op is not None else "lacks the comparison."
        return self.wrong("condition_operator", f"{place}/op", words, hint, mend)

    def clashing(self, wrong: Clash, leaf: dict[str, JsonValue], place: str) -> Problem:
        mend = None
        if wrong.right is not None:
            mend = repair(
                "Correct its type", ("replace", f"{self.subject.path_of(self.node, place)}/right", wrong.right)
            )
        where = place if wrong.side == "" else f"{place}/{wrong.side}"
        return self.subject.field_problem(self.node, wrong.code, where, wrong.message, wrong.hint, wrong.severity, mend)

    def wrong(self, code: str, place: str, text: str, hint: str, mend: object = None) -> Problem:
        return self.subject.field_problem(self.node, code, place, text, hint, mend=mend)  # type: ignore[arg-type]
