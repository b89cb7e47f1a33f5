"""The types of single expressions: paths, filters, comparisons. `infer.py` walks the template around them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal as OneOf

from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LtExpression,
)
from liquid.builtin.expressions.path import Path as PathExpression
from liquid.builtin.expressions.primitive import Blank, Empty, Literal, Nil, RangeLiteral
from liquid.expression import Expression

from helix.expressions import admit
from helix.expressions.errors import ExpressionError
from helix.expressions.functions import FUNCTIONS
from helix.expressions.narrow import Path, plain_path, present_when
from helix.expressions.near import nearest
from helix.expressions.parsing import parse
from helix.expressions.types import (
    ANY,
    EMPTY,
    MISSING_MARK,
    MOMENT,
    NAMED_MARK,
    NULL,
    WHOLE,
    Hop,
    Schema,
    constant,
    hop,
    kinds,
    list_of,
    unmarked,
    without_null,
)
from helix.expressions.words import path_words, type_words, with_article

ROOTS: Mapping[str, Schema] = {"now": MOMENT, "today": {"type": "string", "format": "date"}}
"""Names that every expression has."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong with an expression. `message` goes on where “the field” begins: “asks for …”. `column` counts from 1.
    `replacement` is the text of an expression that is mended."""

    code: str
    severity: OneOf["error", "warning"]
    message: str
    hint: str
    column: int | None = None
    replacement: str | None = None


class Values:
    """Types of expressions within one text; collects findings and knows the names made on the way."""

    def __init__(self, text: str, names: Mapping[str, Schema], present: frozenset[Path]) -> None:
        self.text = text
        self.names = names
        self.present = present
        self.locals: dict[str, Schema] = {}
        self.in_argument = False
        self._found: list[Finding] = []

    def findings(self) -> tuple[Finding, ...]:
        return tuple(dict.fromkeys(sorted(self._found, key=lambda finding: finding.column or 0)))

    @property
    def count(self) -> int:
        """How many findings there are so far."""
        return len(self._found)

    def find(self, finding: Finding) -> None:
        if len(self._found) < 50:
            self._found.append(finding)

    def assign(self, name: str, schema: Schema) -> None:
        self.locals[name] = schema

    @contextmanager
    def knowing(self, present: frozenset[Path]) -> Iterator[None]:
        """Within, these paths are there, too."""
        before, self.present = self.present, self.present | present
        yield
        self.present = before

    def of(self, expression: Expression, *, guarded: bool = False) -> Schema:
        """The type of an expression. `guarded`: what is missing does no harm here."""
        match expression:
            case FilteredExpression():
                first = expression.filters[0].name if expression.filters else ""
                found = self.of(expression.left, guarded=guarded or first == "default")
                for used in expression.filters or ():
                    found = self.filtered(found, used, expression)
                return found
            case PathExpression():
                return self.path(expression, guarded)
            case Literal():
                return constant(expression.value)
            case RangeLiteral():
                self.of(expression.start)
                self.of(expression.stop)
                return list_of(WHOLE)
            case Nil():
                return NULL
            case Empty():
                return EMPTY
            case Blank():
                return constant("")
            case _:
                self.condition(expression)
                return {"type": "boolean"}

    def path(self, expression: PathExpression, guarded: bool) -> Schema:
        for part in expression.path:
            if isinstance(part, PathExpression):
                self.path(part, False)
        segments = tuple(part if isinstance(part, (str, int)) else None for part in expression.path)
        root = segments[0]
        if not isinstance(root, str):
            self.find(
                Finding(
                    "unknown_name",
                    "error",
                    "begins with something that is no name.",
                    "Begin with trigger or steps.",
                    self.column(expression),
                )
            )
            return ANY
        schema = self.locals.get(root, self.names.get(root, ROOTS.get(root)))
        if schema is None:
            self.unknown_root(root, expression)
            return ANY
        if schema.get(NAMED_MARK) and (len(segments) == 1 or segments[1] is None):
            words = f"uses {path_words(segments)} without naming one."
            self.find(
                Finding(
                    "unnamed_step",
                    "error",
                    words,
                    f"Write the name, as in {root}.<name>.data.",
                    self.column(expression),
                )
            )
            return ANY
        if MISSING_MARK in schema and not guarded and not self.is_known((root,)):
            self.maybe_missing(Hop(schema, False, schema[MISSING_MARK]["why"]), (root,), 0, expression)
            guarded = True
        for at in range(1, len(segments)):
            step = hop(schema, segments[at])
            if step.schema is None:
                if step.is_open and self.is_known(segments[: at + 1]):
                    return ANY
                return self.dead_end(step, schema, segments, at, expression, guarded)
            if step.never:
                self.find(
                    Finding(
                        step.never,
                        "error",
                        f"asks for {path_words(segments)}, but {step.why}.",
                        step.hint,
                        self.column(expression),
                    )
                )
                return ANY
            if not step.sure and not guarded and not self.is_known(segments[: at + 1]):
                self.maybe_missing(step, segments, at, expression)
                guarded = True
            schema = step.schema
        return unmarked(without_null(schema) if plain_path(expression) in self.present else schema)

    def is_known(self, prefix: tuple[str | int | None, ...]) -> bool:
        return any(path[: len(prefix)] == prefix for path in self.present)

    def unknown_root(self, root: str, expression: Expression) -> None:
        names = [*self.locals, *self.names]
        close = nearest(root, names)
        hint = f"Did you mean {close}?" if close else f"Names begin with: {', '.join(names)}."
        fixed = self.replaced(expression, root, close) if close else None
        self.find(
            Finding(
                "unknown_name",
                "error",
                f"asks for {root[:60]}, which does not exist.",
                hint,
                self.column(expression),
                fixed,
            )
        )

    def dead_end(
        self,
        step: Hop,
        schema: Schema,
        segments: tuple[str | int | None, ...],
        at: int,
        expression: Expression,
        guarded: bool,
    ) -> Schema:
        """A path that leads nowhere."""
        name, before = segments[at], path_words(segments[:at])
        code = "unknown_step" if schema.get(NAMED_MARK) else "unknown_path"
        close = nearest(str(name), step.names) if isinstance(name, str) else None
        if step.is_open and guarded:
            if close:
                words = f"asks for {path_words(segments[: at + 1])}, which is not described; there is {before}.{close}."
                self.find(
                    Finding(
                        "unknown_path",
                        "warning",
                        words,
                        f"Did you mean {close}?",
                        self.column(expression),
                        self.replaced(expression, str(name), close),
                    )
                )
            return ANY
        if code == "unknown_step":
            words = f"asks for {path_words(segments[: at + 1])}, but there is no step “{name}” before this one."
            hint = f"Did you mean {close}?" if close else f"There are: {', '.join(step.names[:8]) or 'none yet'}."
        elif step.names:
            words = f"asks for {path_words(segments[: at + 1])}, but {before} has no {name if not isinstance(name, int) else 'positions'}."
            shown = ", ".join(step.names[:8]) + (" …" if len(step.names) > 8 else "")
            hint = f"Did you mean {close}?" if close else f"It has: {shown}."
        elif kinds(schema) <= {"null"}:
            words, hint = f"asks for {path_words(segments[: at + 1])}, but {before} is empty here.", "Take other data."
        elif "object" in kinds(schema):
            words, hint = f"asks for {path_words(segments[: at + 1])}, but {before} holds nothing.", "Take other data."
        else:
            words = f"asks for {path_words(segments[: at + 1])}, but {before} is {with_article(type_words(schema))} and has no parts."
            hint = f"Use {before} itself."
        fixed = self.replaced(expression, str(name), close) if close else None
        if fixed and close and code == "unknown_step":  # every mention of the step at once: they are told as one
            pattern = rf"\b{segments[0]}\.{re.escape(str(name))}(?=[.\[])"
            fixed = readable(re.sub(pattern, f"{segments[0]}.{close}", self.text)) or fixed
        self.find(Finding(code, "error", words, hint, self.column(expression), fixed))
        return ANY

    def maybe_missing(self, step: Hop, segments: tuple[str | int | None, ...], at: int, expression: Expression) -> None:
        assert step.schema is not None
        words = f"asks for {path_words(segments)}, which may be missing: {step.why}."
        value = default_for(self.silent(expression))
        fixed = self.piped(expression, f"default: {value}") if value and not self.in_argument else None
        severity: OneOf["error", "warning"] = "error" if step.severity == "error" else "warning"
        hint = f"Give a value for that case: {{{{ … | default: {value or '…'} }}}}."
        if self.in_argument:
            hint = "Give it a name and a value for that case first: {% assign name = … | default: '' %}."
        self.find(Finding("maybe_missing", severity, words, hint, self.column(expression), fixed))

    def silent(self, expression: Expression) -> Schema:
        """The type without a word about what is wrong."""
        kept, self._found = self._found, []
        found = self.of(expression, guarded=True)
        self._found = kept
        return found

    def filtered(self, given: Schema, used: Filter, expression: FilteredExpression) -> Schema:
        function = FUNCTIONS[used.name]
        self.in_argument, before = True, self.in_argument
        types = [self.of(argument.value, guarded=False) for argument in used.args if not getattr(argument, "name", "")]
        self.in_argument = before
        column = used.token.start_index + 1
        for finding in admit.findings(function, given, types, column):
            self.find(finding_of(finding))
        names = {getattr(argument, "name", "") for argument in used.args} - {""}
        if names - function.named:
            words = f"gives {used.name} the argument “{min(names - function.named)}”, which it does not have."
            self.find(
                Finding("filter_arguments", "error", words, f"{used.name} takes {function.argument_words}.", column)
            )
        return function.result(given, types)

    def condition(self, expression: Expression) -> None:
        """A condition of a tag: what is missing counts as false there. Compared things must be comparable."""
        match expression:
            case BooleanExpression():
                self.condition(expression.expression)
            case LogicalAndExpression():
                self.condition(expression.left)
                with self.knowing(present_when(expression.left)):
                    self.condition(expression.right)
            case LtExpression() | GtExpression() | LeExpression() | GeExpression():
                left, right = self.of(expression.left, guarded=True), self.of(expression.right, guarded=True)
                words_only = (Blank, Empty)  # `blank` and `empty` have no order
                surely = not admit.comparable(left, right) or isinstance(expression.left, words_only)
                surely = surely or isinstance(expression.right, words_only)
                if surely or admit.fails_for_some(left, right):
                    words = f"compares {with_article(type_words(left))} with {with_article(type_words(right))}."
                    severity: OneOf["error", "warning"] = "error" if surely else "warning"
                    hint = "Compare two numbers, or two texts."
                    self.find(Finding("incomparable", severity, words, hint, self.column(expression)))
            case ContainsExpression():
                left = self.of(expression.left, guarded=True)
                right = self.of(expression.right, guarded=True)
                if isinstance(expression.right, (Blank, Empty)):
                    words = f"asks whether something contains “{expression.right}”, which it never does."
                    self.find(
                        Finding("incomparable", "error", words, "Write == empty instead.", self.column(expression))
                    )
                elif "object" in kinds(left) and kinds(right) & {"array", "object"}:
                    words = f"asks whether an object contains {with_article(type_words(right))}."
                    hint = "An object contains names: ask for a text."
                    self.find(Finding("incomparable", "error", words, hint, self.column(expression)))
                if not kinds(left) & {"string", "array", "object", "any", "null"}:
                    words = f"asks whether {with_article(type_words(left))} contains something."
                    self.find(
                        Finding(
                            "incomparable",
                            "error",
                            words,
                            "“contains” is for texts and lists.",
                            self.column(expression),
                        )
                    )
            case PathExpression():
                self.path(expression, True)
            case _:
                for child in expression.children():
                    self.of(child, guarded=True)

    def column(self, expression: Expression) -> int | None:
        return expression.token.start_index + 1 if expression.token and expression.token.start_index >= 0 else None

    def piped(self, expression: Expression, call: str) -> str | None:
        """The whole text with one more filter behind this expression, or None when its end is not certain."""
        target = (
            expression.left if isinstance(expression, FilteredExpression) and not expression.filters else expression
        )
        start, shown = (self.column(target) or 0) - 1, str(target)
        if isinstance(target, FilteredExpression):
            end = self.text.find("}}", start)
            end = len(self.text[:end].rstrip("- \n\t")) if end >= 0 else -1
        else:
            end = start + len(shown)
            if self.text[start:end] != shown or self.text[end : end + 1].strip(" |}%,\n\t-"):
                return None
        if start < 0 or end < 0:
            return None
        return readable(f"{self.text[:end]} | {call}{self.text[end:]}")

    def replaced(self, expression: Expression, name: str, by: str | None) -> str | None:
        """The whole text with one name of this path spelled right."""
        start, shown = (self.column(expression) or 0) - 1, str(expression)
        if start < 0 or by is None or self.text[start : start + len(shown)] != shown or shown.count(name) != 1:
            return None
        return self.text[:start] + shown.replace(name, by) + self.text[start + len(shown) :]


def finding_of(found: "admit.Refused") -> Finding:
    """A finding of what a filter does not take."""
    return Finding(found.code, found.severity, found.message, found.hint, found.column)


def readable(text: str) -> str | None:
    """The text, when it is Liquid."""
    try:
        parse(text)
    except ExpressionError:
        return None
    return text


def default_for(schema: Schema) -> str | None:
    """A neutral value of a type as Liquid writes it, or None when it has none."""
    found = kinds(without_null(schema))
    if found <= {"integer", "number"}:
        return "0"
    if found == {"boolean"}:
        return "false"
    if found == {"array"}:
        return "empty"
    return "''" if found == {"string"} else None
