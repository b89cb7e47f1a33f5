"""From the text of an expression to its syntax tree, kept for the next time; and where expressions stand in a config."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from liquid import BoundTemplate
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions.filtered import FilteredExpression, TernaryFilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.exceptions import BlockNestingError, LiquidError, UnknownFilterError
from liquid.expression import Expression
from pydantic import JsonValue

from helix.expressions import limits
from helix.expressions.errors import ExpressionError
from helix.expressions.functions import FUNCTIONS
from helix.expressions.liquid import LIQUID, Context, PlainOutput, cap_ranges, expressions_of
from helix.expressions.near import nearest
from helix.expressions.words import RESERVED

MARK = "$liquid"


@dataclass(frozen=True)
class Parsed:
    """An expression that can be read. `lone` is its one expression when the text is nothing but one `{{ … }}`, whose
    value keeps its type; otherwise the template is rendered to text."""

    text: str
    template: BoundTemplate
    lone: Expression | None

    @property
    def is_path(self) -> bool:
        """Whether it only names data, and makes nothing of them."""
        lone = self.lone
        return isinstance(lone, FilteredExpression) and not lone.filters and isinstance(lone.left, Path)


def is_expression(value: object) -> bool:
    """Whether a value of a config is an expression: an object of the one name “$liquid” with a text."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(MARK), str)


def expressions_in(value: JsonValue, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The place (JSON pointer) and text of every expression in a config."""
    if isinstance(value, Mapping):
        if is_expression(value):
            yield pointer, str(value[MARK])
            return
        for name, part in value.items():
            if isinstance(part, (dict, list)):
                yield from expressions_in(part, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            if isinstance(part, (dict, list)):
                yield from expressions_in(part, f"{pointer}/{index}")


def parse(text: str) -> Parsed:
    """The syntax tree. ExpressionError (with its column) when the text is no Liquid, uses a filter or tag that there is
    not, or is larger than 20 KB. Trees are kept."""
    found = _parse(text)
    if isinstance(found, ExpressionError):
        raise ExpressionError("", found.message, found.hint, column=found.column)
    return found


@lru_cache(maxsize=8192)
def _parse(text: str) -> Parsed | ExpressionError:
    if len(text) > limits.SOURCE_BYTES or len(text.encode("utf-8", "replace")) > limits.SOURCE_BYTES:
        return ExpressionError(
            "", f"The expression is longer than {limits.SOURCE_BYTES:,} bytes.", "Split it over a few “Set” steps."
        )
    if any(part.count("(") > limits.PARENTHESES or part.count("[") > limits.BRACKETS for part in _inside(text)):
        return _too_nested()
    try:
        template = LIQUID.from_string(text)
        lone = _lone(template)
        for expression in _all(template):
            cap_ranges(expression)
            _look_at(expression)
    except ExpressionError as error:
        return error
    except BlockNestingError:
        return _too_nested()
    except LiquidError as error:
        if isinstance(error.__cause__, RecursionError):
            return _too_nested()
        return _explained(error, text)
    except RecursionError:
        return _too_nested()
    return Parsed(text, template, lone)


def _inside(text: str) -> list[str]:
    """What stands in the braces of a text, each part up to its end."""
    return [re.split(r"}}|%}", part, maxsplit=1)[0] for part in re.split(r"{{|{%", text)[1:]]


def _all(template: BoundTemplate) -> Iterator[Expression]:
    context = Context(template)
    for node in template.nodes:
        yield from expressions_of(node, context)


def _lone(template: BoundTemplate) -> Expression | None:
    nodes = [node for node in template.nodes if not (isinstance(node, ContentNode) and not node.text.strip())]
    return nodes[0].expression if len(nodes) == 1 and isinstance(nodes[0], PlainOutput) else None


def _look_at(expression: Expression) -> None:
    """Refuse what the library finds out only when it runs: filters that there are not, and long ranges."""
    if isinstance(expression, (FilteredExpression, TernaryFilteredExpression)):
        filters = [*(expression.filters or ()), *(getattr(expression, "tail_filters", None) or ())]
        for used in filters:
            if used.name not in FUNCTIONS:
                error = UnknownFilterError("", token=used.token)
                close = nearest(used.name, FUNCTIONS)
                hint = (
                    f"Did you mean “{close}”?"
                    if close
                    else f"There are {', '.join(list(FUNCTIONS)[:8])} and {len(FUNCTIONS) - 8} more: see the list of filters."
                )
                raise ExpressionError("", f"There is no filter “{used.name[:40]}”.", hint, column=_column(error))
    if (
        isinstance(expression, RangeLiteral)
        and isinstance(expression.start, IntegerLiteral)
        and isinstance(expression.stop, IntegerLiteral)
    ):
        length = expression.stop.value - expression.start.value + 1
        if length > limits.RANGE_LENGTH:
            words = (
                f"A range may have {limits.RANGE_LENGTH:,} numbers; ({expression.start}..{expression.stop}) has more."
            )
            column = expression.token.start_index + 1 if expression.token else None
            raise ExpressionError("", words, "Use a shorter range.", column=column)


def _too_nested() -> ExpressionError:
    return ExpressionError("", "The expression is nested too deeply.", "Split it over a few “Set” steps.")


def _column(error: LiquidError) -> int | None:
    return error.token.start_index + 1 if error.token is not None and error.token.start_index >= 0 else None


_TAGS = "Use if, unless, case, for, assign, capture and comment."


def _explained(error: LiquidError, text: str) -> ExpressionError:
    column = _column(error)
    where = f" at character {column}" if column and column <= len(text) else ""
    reason = str(error.message or "it cannot be read")
    if "unexpected tag" in reason or "unknown tag" in reason or "unknown or unexpected tag" in reason:
        return ExpressionError("", f"This is no Liquid{where}: {reason}.", _TAGS, column=column)
    word = reason.rsplit(" ", 1)[-1]
    if "expected an identifier, found" in reason and word in RESERVED:
        words = f"This is no Liquid{where}: “{word}” is a word of Liquid itself."
        return ExpressionError("", words, f"Write ['{word}'] instead of .{word}.", column=column)
    hint = "Check the braces, quotes and names around that place."
    for sign, remedy in _REMEDIES.items():
        if sign in reason:
            hint = remedy
    return ExpressionError("", f"This is no Liquid{where}: {reason}.", hint, column=column)


_REMEDIES = {
    "expected tag 'end": "Close every {% if %} with {% endif %} and every {% for %} with {% endfor %}.",
    "expected '}}'": "Close the expression with }}.",
    "primitive expression": "Write a name such as trigger.email, a number, or a text in quotes.",
    "ternary": "Write {% if … %}a{% else %}b{% endif %} instead.",
    "parentheses": "Liquid knows no parentheses; use a second {% if %}, or a condition step.",
    "unclosed": "Close every quote, bracket and brace.",
}  # fmt: skip
