"""Liquid as Helix speaks it: python-liquid with a fixed list of tags and filters, strict about what is missing, and with
the limits that the library does not have (ranges, texts and lists in filters, loops in sum, processor time)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TextIO

from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.content import Literal
from liquid.builtin.expressions.filtered import FILTER_TOKENS
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.builtin.tags.capture_tag import CaptureTag
from liquid.builtin.tags.case_tag import CaseTag
from liquid.builtin.tags.comment_tag import CommentTag
from liquid.builtin.tags.for_tag import BreakTag, ContinueTag, ForTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.inline_comment_tag import InlineCommentTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import LiquidTypeError, LoopIterationLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.token import TOKEN_EMPTY
from liquid.undefined import FalsyStrictUndefined

from helix.expressions import limits
from helix.expressions.functions import FUNCTIONS
from helix.expressions.values import as_text

TAGS = (
    Literal, Illegal, IfTag, UnlessTag, CaseTag, ForTag, BreakTag, ContinueTag, AssignTag, CaptureTag, CommentTag, InlineCommentTag,
)  # fmt: skip


# `default: empty` gives an empty list. The library reads `empty` everywhere but there; this is its own set of tokens.
FILTER_TOKENS.add(TOKEN_EMPTY)


class TooMuchTime(ResourceLimitError):
    """The expression used more processor time than it may."""


class Missing(FalsyStrictUndefined):
    """Data that is not there: false in a condition, replaced by `default`, an error anywhere else."""

    force_liquid_default = True


class Context(RenderContext):
    """One evaluation. Counts the iterations of all loops together and looks at the clock.

    `disabled_tags` is the one thing that every node asks before it is rendered, so that is where the clock is read.
    """

    iterations = 0
    ticks = 0

    def __init__(self, *args: Any, **more: Any) -> None:
        self.until = time.thread_time() + limits.SECONDS
        super().__init__(*args, **more)

    @property
    def disabled_tags(self) -> list[str]:
        self.tick()
        return []

    @disabled_tags.setter
    def disabled_tags(self, names: list[str]) -> None:
        """No tag is disabled by a context."""

    def tick(self) -> None:
        """Raise once the time is up."""
        self.ticks += 1
        if self.ticks % 32 == 0 and time.thread_time() > self.until:
            raise TooMuchTime(f"it takes longer than {limits.SECONDS} s", token=None)

    def filter(self, name: str, token: Any) -> Any:
        self.ticks |= 31  # a filter is worth a look at the clock
        self.tick()
        return super().filter(name, token)

    def assign(self, key: str, val: Any) -> None:
        self.tick()
        super().assign(key, val)

    @contextmanager
    def loop(self, namespace: Any, forloop: Any) -> Iterator[RenderContext]:
        self.iterations += forloop.length
        if self.iterations > limits.LOOP_ITERATIONS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)
        with super().loop(namespace, forloop) as context:
            yield context


class CappedRange(RangeLiteral):
    """A range that refuses to be long."""

    __slots__ = ()

    def _make_range(self, start: Any, stop: Any) -> range:
        found = super()._make_range(start, stop)
        if found.stop - found.start > limits.RANGE_LENGTH:
            words = f"a range may have {limits.RANGE_LENGTH} numbers, this one has {found.stop - found.start}"
            raise LiquidTypeError(words, token=self.token)
        return found


class PlainOutput(OutputNode):
    """`{{ … }}` inside a text: text, numbers, true or false. Lists and objects say no, since `[1, 2]` would become `12`."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(as_text(self.expression.evaluate(context), self.token))


class PlainOutputTag(Output):
    node_class = PlainOutput


class Liquid(Environment):
    """The language: see the module."""

    block_nesting_limit: ClassVar[int] = limits.NESTING
    context_depth_limit: ClassVar[int] = limits.NESTING
    loop_iteration_limit: ClassVar[int | None] = limits.LOOP_ITERATIONS
    local_namespace_limit: ClassVar[int | None] = limits.NAMES_BYTES
    output_stream_limit: ClassVar[int | None] = limits.OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (*TAGS, PlainOutputTag):
            self.add_tag(tag)
        for function in FUNCTIONS.values():
            self.add_filter(function.name, function.guarded)


LIQUID = Liquid(undefined=Missing)


def expressions_of(node: Node, context: RenderContext) -> Iterator[Expression]:
    """Every expression in a node and in what it holds, the outermost first."""
    waiting: list[Expression] = list(node.expressions())
    while waiting:
        expression = waiting.pop()
        yield expression
        waiting.extend(expression.children())
    for child in node.children(context):
        yield from expressions_of(child, context)


def cap_ranges(expression: Expression) -> None:
    """Give a range its cap. The library's parser makes ranges by itself, so they are changed once they are made."""
    if type(expression) is RangeLiteral:
        object.__setattr__(expression, "__class__", CappedRange)
