"""Values inside an evaluation and outside: what Liquid makes, as JSON and as text."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from liquid import Token
from liquid.exceptions import LiquidTypeError
from liquid.undefined import is_undefined
from pydantic import JsonValue

from helix.expressions import limits
from helix.expressions.kept import KEPT


def as_json(value: Any) -> JsonValue:
    """A value that an evaluation made, as JSON. LiquidTypeError when JSON has no such value. Data that is missing must
    have been looked for before. What is kept already is JSON, and stays the very thing it is."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, KEPT):
        return cast(JsonValue, value)
    if isinstance(value, int):
        return value
    if isinstance(value, (float, Decimal)):
        return finite(float(value))
    if isinstance(value, Mapping):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [as_json(part) for part in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if type(value).__name__ in ("Nil", "_Null"):
        return None
    if type(value).__name__ in ("Empty", "Blank"):
        return [] if type(value).__name__ == "Empty" else ""
    raise LiquidTypeError(f"{type(value).__name__} is no value", token=None)


def finite(number: float) -> float:
    """The number itself; LiquidTypeError when it is infinite or none."""
    if not math.isfinite(number):
        raise LiquidTypeError("the result is too large for a number", token=None)
    return number


def as_text(value: Any, token: Token | None = None) -> str:
    """A value inside a text. LiquidTypeError for a list or an object, which a text cannot hold."""
    if isinstance(value, str):
        return value
    if is_undefined(value):
        return str(value)  # raises, and says what is missing
    if value is None or type(value).__name__ in ("Nil", "_Null", "Empty", "Blank"):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, range, Mapping)):
        if len(value) == 0:
            return ""
        kind = "an object" if isinstance(value, Mapping) else "a list"
        raise LiquidTypeError(f"a text cannot hold {kind}", token=token)
    return str(value)


def size_at_most(value: Any, most: int) -> bool:
    """Whether a value written as JSON stays within so many characters (about); stops counting as soon as it does not.
    What is kept already counts as the pointer to it."""
    left = most
    waiting = [value]
    while waiting and left >= 0:
        found = waiting.pop()
        left -= 8
        if isinstance(found, KEPT):
            continue  # it is passed on as a pointer
        if isinstance(found, str):
            left -= len(found)
        elif isinstance(found, Mapping):
            left -= sum(len(str(name)) for name in found)
            waiting.extend(found.values())
        elif isinstance(found, (list, tuple)):
            if len(found) > left:
                return False
            waiting.extend(found)
    return left >= 0


def items_at_most(value: Any, most: int) -> bool:
    """Whether a list has at most so many items, those of lists inside it counted."""
    left = most
    waiting = [value]
    while waiting:
        found = waiting.pop()
        left -= len(found)
        if left < 0:
            return False
        waiting.extend(part for part in found if isinstance(part, (list, tuple)))
    return True


def to_json_text(value: Any) -> str:
    """The JSON text of a value, compact."""
    kept = value.pointer.get("size", limits.TEXT_BYTES + 1) if isinstance(value, KEPT) else 0
    if kept > limits.TEXT_BYTES or not size_at_most(value, limits.TEXT_BYTES):
        raise LiquidTypeError("the value is too large to be written as JSON", token=None)
    return json.dumps(as_json(value), ensure_ascii=False)
