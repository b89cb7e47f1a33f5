"""The form of a trigger: every field has a name of its own, and a default of its type."""

from collections.abc import Iterator, Sequence

from helix.expressions.types import constant
from helix.expressions.words import RESERVED
from helix.flows.conditions import moment
from helix.flows.fits import misfit
from helix.flows.graph import Node
from helix.flows.problems import Problem, repair
from helix.flows.steps.triggers import FIELD_TYPES
from helix.flows.subject import Subject


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        fields = node.config.get("fields")
        if subject.kind(node) == "trigger" and isinstance(fields, list):
            yield from _fields(subject, node, fields)


def _fields(subject: Subject, node: Node, fields: Sequence[object]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, field in enumerate(fields):
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            continue
        name, place = field["name"], f"/fields/{index}"
        if name in seen:
            words = f"is “{name[:60]}”, as the name of another field."
            yield subject.field_problem(
                node, "duplicate_name", f"{place}/name", words, "Give every field a name of its own."
            )
        if name in RESERVED:
            words = f"is “{name}”, a word of Liquid, which cannot be written after a dot."
            hint = f"Take another name; or read it as trigger['{name}']."
            yield subject.field_problem(node, "value_name", f"{place}/name", words, hint, "warning")
        seen.add(name)
        default, kind = field.get("default"), field.get("type", "text")
        if default in (None, "") or not isinstance(kind, str) or kind not in FIELD_TYPES:
            continue
        wrong = misfit(constant(default), FIELD_TYPES[kind])
        reason = wrong.reason if wrong else ""
        if kind in ("date", "datetime") and isinstance(default, str) and moment(default) is None:
            reason = f"is “{default[:40]}”, which is no date"
        if reason:
            mend = repair("Remove the default", ("remove", subject.path_of(node, f"{place}/default"), None))
            hint = f"Give a default of the type {kind}, or none."
            yield subject.field_problem(
                node, "type", f"{place}/default", f"{reason}, but the field holds {kind}.", hint, mend=mend
            )
