"""The type of an expression before anything runs, and everything in it that cannot go well. Pure.

It walks the syntax tree as the evaluation does, with types for values. What it says is certain (an error) it has seen from
declared types; what it says may happen is a warning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions.loop import LoopExpression
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from helix.expressions.errors import ExpressionError
from helix.expressions.infer_values import Finding, Values
from helix.expressions.liquid import Context, PlainOutput
from helix.expressions.narrow import Path, present_when
from helix.expressions.parsing import Parsed, parse
from helix.expressions.types import ANY, LIST, MISSING_MARK, OBJECT, TEXT, Schema, alternatives, items_of, kinds, union
from helix.expressions.words import type_words, with_article

_FORLOOP: Schema = {
    "type": "object",
    "properties": {
        **{name: {"type": "integer"} for name in ("index", "index0", "rindex", "rindex0", "length")},
        **{name: {"type": "boolean"} for name in ("first", "last")},
        "name": {"type": "string"},
        "parentloop": OBJECT,
    },
    "required": ["index", "index0", "rindex", "rindex0", "length", "first", "last", "name"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Inferred:
    """`schema`: the type of the value. `findings`: what is wrong, in the order of the text. `is_lone`: the value keeps its
    type; otherwise it is text."""

    schema: Schema
    findings: tuple[Finding, ...] = ()
    is_lone: bool = False

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def infer(
    text: str, names: Mapping[str, Schema], present: frozenset[Path] = frozenset(), *, may_miss: bool = False
) -> Inferred:
    """The type of an expression, where `names` are the types of the data in scope.

    `present`: paths known to be there. `may_miss`: a lone value may be absent (a condition asks just that).
    """
    try:
        parsed = parse(text)
    except ExpressionError as error:
        return Inferred(ANY, (Finding("expression_syntax", "error", error.message, error.hint, error.column),))
    return _Walk(parsed, names, present).whole(may_miss)


class _Walk:
    """One walk over a template."""

    def __init__(self, parsed: Parsed, names: Mapping[str, Schema], present: frozenset[Path]) -> None:
        self.parsed = parsed
        self.values = Values(parsed.text, names, present)
        self.context = _context()

    def whole(self, may_miss: bool) -> Inferred:
        values = self.values
        if self.parsed.lone is not None:
            found = values.of(self.parsed.lone, guarded=may_miss)
            return Inferred(found, values.findings(), True)
        self.block(self.parsed.template.nodes)
        return Inferred(TEXT, values.findings())

    def block(self, nodes: Iterable[Node], present: frozenset[Path] = frozenset()) -> None:
        with self.values.knowing(present):
            for node in nodes:
                self.node(node)

    def node(self, node: Node) -> None:
        match node:
            case ContentNode():
                return
            case PlainOutput():
                self.output(node)
            case AssignNode():
                self.values.assign(str(node.name), self.values.of(node.expression))
            case CaptureNode():
                self.block([node.block])
                self.values.assign(str(node.name), TEXT)
            case IfNode() | UnlessNode():
                self.choice(node)
            case CaseNode():
                self.values.condition(node.expression)
                self.ways(node.blocks)
            case ForNode():
                self.loop(node)
            case BlockNode():
                self.block(node.nodes)
            case _:
                for expression in node.expressions():
                    self.values.condition(expression)
                for child in node.children(self.context):
                    self.node(child)

    def output(self, node: PlainOutput) -> None:
        before = self.values.count
        found = self.values.of(node.expression)
        bad = kinds(found) & {"array", "object"}
        if not bad or self.values.count > before:
            return
        surely = kinds(found) <= {"array", "object"}
        fix = "join: ', '" if kinds(found) <= {"array", "null"} else "json"
        words = with_article(type_words(found))
        self.values.find(
            Finding(
                "text_of_list", "error" if surely else "warning", f"puts {words} into a text, which a text cannot hold.",
                f"Write {{{{ … | {fix} }}}}.", node.expression.token.start_index + 1 if node.expression.token else None,
                self.values.piped(node.expression, fix),
            )
        )  # fmt: skip

    def choice(self, node: IfNode | UnlessNode) -> None:
        self.values.condition(node.condition)
        known = present_when(node.condition) if isinstance(node, IfNode) else frozenset()
        ways: list[tuple[Node, frozenset[Path]]] = [(node.consequence, known)]
        for other in node.alternatives:
            self.values.condition(other.expression)
            ways.append((other.block, present_when(other.expression)))
        if node.default:
            ways.append((node.default, frozenset() if isinstance(node, IfNode) else present_when(node.condition)))
        self.ways([way for way, _ in ways], [known for _, known in ways], complete=node.default is not None)

    def ways(
        self, nodes: Iterable[Node], known: list[frozenset[Path]] | None = None, *, complete: bool = False
    ) -> None:
        """Blocks of which one at most is rendered: names assigned in some of them may be missing after."""
        before = dict(self.values.locals)
        after: list[dict[str, Schema]] = [] if complete else [before]
        for index, node in enumerate(nodes):
            self.values.locals = dict(before)
            self.block([node], known[index] if known else frozenset())
            after.append(self.values.locals)
        self.values.locals = {
            name: union([each[name] for each in after if name in each])
            if all(name in each for each in after)
            else {
                **union([each[name] for each in after if name in each]),
                MISSING_MARK: {"severity": "warning", "why": "it is not assigned on every way"},
            }
            for name in dict.fromkeys(name for each in after for name in each)
        }

    def loop(self, node: ForNode) -> None:
        loop: LoopExpression = node.expression
        found = self.values.of(loop.iterable)
        for extra in (loop.limit, loop.offset):
            if extra is not None:
                self.values.of(extra)
        before = dict(self.values.locals)
        self.values.locals |= {str(loop.identifier): self.item(found, loop), "forloop": _FORLOOP}
        self.block([node.block])
        self.values.locals = before | {name: found for name, found in self.values.locals.items() if name in before}
        if node.default:
            self.block([node.default])

    def item(self, found: Schema, loop: LoopExpression) -> Schema:
        items: list[Schema] = []
        for part in alternatives(found):
            kind = part.get("type")
            if kind == "array":
                items.append(items_of(part))
            elif kind == "object":
                items.append(LIST)  # a pair of name and value
            elif kind is None:
                return ANY
        if not items and kinds(found) - {"null", "string"}:
            words = f"loops over {with_article(type_words(found))}, which is no list."
            column = loop.iterable.token.start_index + 1 if loop.iterable.token else None
            self.values.find(Finding("loop_over_no_list", "error", words, "Loop over a list.", column))
        return union(items) if items else found


@lru_cache(maxsize=1)
def _context() -> Any:
    return Context(parse("").template)
