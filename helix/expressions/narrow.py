"""What a condition that holds tells about data: that it is there. Pure."""

from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.path import Path as PathExpression
from liquid.builtin.expressions.primitive import Blank, Empty, Literal, Nil
from liquid.expression import Expression

Path = tuple[str | int, ...]


def plain_path(expression: Expression | None) -> Path | None:
    """The names and positions of a path without computed parts, or None."""
    if not isinstance(expression, PathExpression) or not all(isinstance(part, (str, int)) for part in expression.path):
        return None
    return tuple(part for part in expression.path if isinstance(part, (str, int)))


def present_when(condition: Expression) -> frozenset[Path]:
    """The paths that are certainly there, and not null, when this condition of a tag holds."""
    if isinstance(condition, BooleanExpression):
        return present_when(condition.expression)
    if isinstance(condition, LogicalAndExpression):
        return present_when(condition.left) | present_when(condition.right)
    found: Path | None = None
    if isinstance(condition, PathExpression):
        found = plain_path(condition)
    elif isinstance(condition, NeExpression) and isinstance(condition.right, (Nil, Empty, Blank)):
        found = plain_path(condition.left) if isinstance(condition.right, Nil) else None
    elif (
        (isinstance(condition, (EqExpression, ContainsExpression)) and isinstance(condition.right, Literal))
        or (isinstance(condition, (LtExpression, GtExpression)) and isinstance(condition.right, Literal))
        or (isinstance(condition, (LeExpression, GeExpression)) and isinstance(condition.right, Literal))
    ):
        found = plain_path(condition.left)
    return frozenset({found}) if found else frozenset()
