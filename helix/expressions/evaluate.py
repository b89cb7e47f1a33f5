"""The value of an expression. Data in, data out; stopped when it uses more than it may."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import DecimalException
from typing import cast

from liquid.exceptions import LiquidError, LiquidInterrupt, ResourceLimitError, UndefinedError
from liquid.output import LimitedStringIO
from pydantic import JsonValue

from helix.expressions import limits
from helix.expressions.errors import ExpressionError
from helix.expressions.liquid import Context, Missing
from helix.expressions.parsing import Parsed, parse
from helix.expressions.values import as_json, size_at_most
from helix.expressions.words import path_words

LONG = 500
"""Items from which a list that is only named is passed on as it stands: it is JSON and bounded already, and copying costs more than
the step itself. Nobody changes a value in place (kept.py)."""
_GUARD = "Give a value for that case: {{ … | default: '' }}."


class Nothing(Exception):
    """A lone path led to nothing; `path` is how far it is written."""

    def __init__(self, path: str, column: int | None) -> None:
        super().__init__(path)
        self.path = path
        self.column = column


def evaluate(text: str, scope: Mapping[str, JsonValue]) -> JsonValue:
    """The value of this expression: native when it is one lone `{{ … }}`, else text. ExpressionError when it has none."""
    try:
        return _value(parse(text), scope)
    except Nothing as nothing:
        raise _missing(nothing.path, scope, nothing.column) from None


def value_or_nothing(text: str, scope: Mapping[str, JsonValue]) -> tuple[bool, JsonValue]:
    """Whether the expression has a value, and the value: data that is missing is no error here."""
    try:
        return True, _value(parse(text), scope)
    except Nothing:
        return False, None
    except ExpressionError as error:
        if error.path:
            return False, None
        raise


def _value(parsed: Parsed, scope: Mapping[str, JsonValue]) -> JsonValue:
    now = datetime.now(UTC)
    context = Context(parsed.template, globals={"now": now.isoformat(), "today": now.date().isoformat(), **scope})
    try:
        if parsed.lone is not None:
            found = parsed.lone.evaluate(context)
            if isinstance(found, Missing):
                raise Nothing(_path_of(found), _column_of(found))
            if type(found) is list and len(found) > LONG and parsed.is_path:
                return cast(JsonValue, found)
            if not size_at_most(found, 64 * limits.TEXT_BYTES):
                raise ExpressionError("", "The value is too large.", "Take a part of it.")
            return as_json(found)
        buffer = LimitedStringIO(limit=limits.OUTPUT_BYTES)
        for node in parsed.template.nodes:
            node.render(context, buffer)
        return buffer.getvalue()
    except UndefinedError as error:
        column = error.token.start_index + 1 if error.token else None
        raise _missing(_named(str(error.message)), scope, column) from None
    except ResourceLimitError as error:
        raise ExpressionError(
            "", f"This expression does too much: {error.message}.", "Do less in it, or split it over several steps."
        ) from None
    except LiquidError as error:
        column = error.token.start_index + 1 if error.token and error.token.start_index >= 0 else None
        raise ExpressionError(
            "", f"This expression has no value: {error.message}.", "Check what the data holds there.", column=column
        ) from None
    except (
        ArithmeticError,
        DecimalException,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
        LiquidInterrupt,
    ) as error:
        reason = (
            "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200] or type(error).__name__
        )
        raise ExpressionError(
            "", f"This expression has no value: {reason}.", "Check what the data holds there."
        ) from None


def _path_of(missing: Missing) -> str:
    return _named(str(object.__getattribute__(missing, "msg")))


def _column_of(missing: Missing) -> int | None:
    token = object.__getattribute__(missing, "token")
    return token.start_index + 1 if token is not None and token.start_index >= 0 else None


def _named(message: str) -> str:
    """The path in the library's words: “steps.a.data.x is undefined”."""
    return message.removesuffix(" is undefined").strip("'\"") if message.endswith(" is undefined") else message


def _missing(path: str, scope: Mapping[str, JsonValue], column: int | None) -> ExpressionError:
    words, hint = f"There is no {path}.", _GUARD
    parts = path.split(".")
    steps = scope.get("steps")
    if path == "index out of range":
        words = "A list in this expression is shorter than the position asked for."
    elif len(parts) > 1 and parts[0] == "steps" and isinstance(steps, Mapping) and parts[1] not in steps:
        words = f"There is no {path}: the step “{parts[1]}” did not run."
    elif len(parts) > 2 and parts[0] == "steps" and isinstance(steps, Mapping):
        envelope = steps.get(parts[1])
        if isinstance(envelope, Mapping) and envelope.get("successful") is False:
            words = f"There is no {path}: the step “{parts[1]}” failed."
    return ExpressionError("", words, hint, column=column, path=path or path_words(()))
