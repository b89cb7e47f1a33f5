"""Which ends of a run are allowed: what the check promises, what only data can tell, and what is a defect."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helix.expressions.analyze import analyze
from helix.expressions.infer_values import ROOTS
from helix.expressions.parsing import expressions_in
from helix.expressions.types import MISSING_MARK, TEXT, Schema, alternatives, constant, hop, items_of, kinds
from helix.flows.fits import misfit
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject
from tests.soundness.flows import CONNECTIONS, Drawn

NEVER = ("internal", "missing_connection", "missing_key", "bad_answer")
"""Kinds of failure that no data excuses."""
HARMLESS = ("value_name", "never_holds", "pattern_language")
"""Warnings that are about something else than a failure."""
PROMISED = ("expression", "invalid_input")
"""Kinds that the check excludes where it warns of nothing, but for what is in CONTENT."""
CONTENT = {
    r"is no number": "a text is no number",
    r"is no date": "a text is no date",
    r"date got nothing": "a text is empty",
    r"divided by 0": "a divisor is 0",
    r"must be at (least|most) ": "a number is out of bounds",
    r" lies after ": "two values are in the wrong order",
    r"is (empty text|the text “\s*”)|Neither .* is given": "a text is empty",
    r"has another form": "a text has another form",
    r"is an empty list; at least": "a list is empty",
    r"too (long|large|many)|longer than|at most .* (bytes|characters)": "a value is too large",
    r"one is a date, one is not": "two free texts, of which one is a date",
    r"are the same": "two values are the same",
    r"values, but there are": "a row is longer than the others",
}
"""What no type says, by the words of the failure: which text or number it is, only a run knows."""
MOST_DEPTH = 4


@dataclass(frozen=True)
class Ended:
    """How a step ended: `error` is the trouble of its last attempt, `data` what it gave."""

    node: str
    state: str
    error: dict[str, Any] | None = None
    data: Any = None


@dataclass(frozen=True)
class Finding:
    """Something that the check had excluded."""

    seed: int
    node: str
    what: str

    def __str__(self) -> str:
        return f"seed {self.seed}, step {self.node}: {self.what}"


def judge(drawn: Drawn, steps: list[Ended]) -> Iterator[Finding]:
    """The defects among these ends."""
    subject = Subject(drawn.checked.graph, CONNECTIONS, STEP_TYPES)
    warned = {
        each.node for each in drawn.checked.problems if (each.field or "").startswith("/") and each.code not in HARMLESS
    }
    for step in steps:
        excused = step.node in warned or leans_on_unknown(subject, step.node)
        if step.error is not None:
            kind, words = step.error["kind"], step.error["message"]
            if kind in NEVER or (kind in PROMISED and not excused and content(words) is None):
                yield Finding(drawn.seed, step.node, f"{kind}: {words}")
        elif step.state == "succeeded" and not excused:
            wrong = misfit(type_of(step.data), loosened(subject.output(step.node)))
            if wrong is not None and wrong.severity == "error":
                yield Finding(drawn.seed, step.node, f"gave what its type does not say: {wrong.reason}")


def content(message: str) -> str | None:
    """Why no check can know of this failure, None when it can."""
    return next((reason for words, reason in CONTENT.items() if re.search(words, message)), None)


def leans_on_unknown(subject: Subject, key: str) -> bool:
    """Whether the step uses data of which nothing is known, such as a field of the type JSON: all bets are off there."""
    names = subject.names(key)
    config = dict(subject.nodes[key].config)
    return any(_is_unknown(names, reference.path) for reference in analyze(config)) or any(
        _says_nothing(subject.infer(key, text).schema) for _, text in expressions_in(config)
    )


def _is_unknown(names: Mapping[str, Schema], path: tuple[str | int | None, ...]) -> bool:
    schema = names.get(str(path[0]), ROOTS.get(str(path[0]), TEXT))
    for segment in path[1:]:
        step = hop(schema, segment)
        if step.schema is None:
            return True
        schema = step.schema
        if "any" in kinds(schema):
            return True
    return _says_nothing(schema)


def _says_nothing(schema: Schema, depth: int = 0) -> bool:
    """Whether the type, or that of an item or name within it, is unknown."""
    found = kinds(schema)
    if "any" in found:
        return True
    if depth > MOST_DEPTH:
        return False
    within = [items_of(schema)] if "array" in found else []
    within += [inner for part in alternatives(schema) for inner in part.get("properties", {}).values()]
    return any(_says_nothing(inner, depth + 1) for inner in within)


def loosened(schema: Any) -> Any:
    """The type in which whatever is marked as perhaps missing may be anything: a failed step's data is null."""
    if isinstance(schema, Mapping):
        return {} if MISSING_MARK in schema else {name: loosened(part) for name, part in schema.items()}
    return [loosened(part) for part in schema] if isinstance(schema, list) else schema


def type_of(value: Any) -> Any:
    """The type of exactly this value."""
    if isinstance(value, dict):
        parts = {name: type_of(part) for name, part in value.items()}
        return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
    if isinstance(value, list):
        found = [type_of(part) for part in value]
        return {"type": "array", "items": {"anyOf": found} if found else {}}
    return constant(value)
