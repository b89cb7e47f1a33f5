"""What the filters do. Mostly python-liquid's own functions; where those are lax, slow on purpose-made input, or make a
value that JSON does not have, our own. The values they get have been admitted by functions.py."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any

from dateutil import parser  # type: ignore[import-untyped]
from liquid.builtin.filters import math, string
from liquid.exceptions import FilterArgumentError, LiquidTypeError
from liquid.undefined import is_undefined

from helix.expressions import limits
from helix.expressions.values import as_text


class _Plain:
    """What some functions of the library want to know of their environment: nothing is escaped by itself."""

    autoescape = False
    string_first_and_last = False


PLAIN: Any = _Plain()


def _text(value: Any) -> str:
    return as_text(value)


def default(value: Any, other: Any = "", allow_false: bool = False) -> Any:
    other = [] if type(other).__name__ == "Empty" else other
    if is_undefined(value) or value is None or (value is False and not allow_false):
        return other
    return other if isinstance(value, (str, list, dict)) and not value else value


def append(value: Any, text: Any) -> str:
    return _text(value) + _text(text)


def prepend(value: Any, text: Any) -> str:
    return _text(text) + _text(value)


def upcase(value: Any) -> str:
    return _text(value).upper()


def downcase(value: Any) -> str:
    return _text(value).lower()


def capitalize(value: Any) -> str:
    return _text(value).capitalize()


def strip(value: Any) -> str:
    return _text(value).strip()


def lstrip(value: Any) -> str:
    return _text(value).lstrip()


def rstrip(value: Any) -> str:
    return _text(value).rstrip()


def squish(value: Any) -> str:
    return " ".join(_text(value).split())


def strip_newlines(value: Any) -> str:
    return _text(value).replace("\r\n", "").replace("\n", "").replace("\r", "")


def strip_html(value: Any) -> str:
    """Without tags, in one pass: the library's pattern is quadratic on a text of many “<”."""
    kept: list[str] = []
    text, at = _text(value), 0
    while (start := text.find("<", at)) >= 0:
        kept.append(text[at:start])
        closing = next((end for begin, end in _BLOCKS if text.startswith(begin, start)), ">")
        end = text.find(closing, start)
        if end < 0:
            at = start
            break
        at = end + len(closing)
    return "".join(kept) + text[at:]


_BLOCKS = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))


def newline_to_br(value: Any) -> str:
    return _text(value).replace("\r\n", "\n").replace("\n", "<br />\n")


def escape(value: Any) -> str:
    return str(string.escape(_text(value), environment=PLAIN))


def escape_once(value: Any) -> str:
    return str(string.escape_once(_text(value), environment=PLAIN))


def replace(value: Any, old: Any, new: Any = "") -> str:
    text, old, new = _text(value), _text(old), _text(new)
    found = text.count(old) if old else len(text) + 1
    if len(text) + found * (len(new) - len(old)) > limits.TEXT_BYTES:
        raise LiquidTypeError(f"replace: a text longer than {limits.TEXT_BYTES // 1024} KB", token=None)
    return text.replace(old, new)


def replace_first(value: Any, old: Any, new: Any = "") -> str:
    return _text(value).replace(_text(old), _text(new), 1)


def replace_last(value: Any, old: Any, new: Any) -> str:
    before, found, after = _text(value).rpartition(_text(old) or "\0")
    return before + _text(new) + after if found else _text(value)


def remove(value: Any, old: Any) -> str:
    return _text(value).replace(_text(old), "") if old != "" else _text(value)


def remove_first(value: Any, old: Any) -> str:
    return _text(value).replace(_text(old), "", 1)


def remove_last(value: Any, old: Any) -> str:
    return replace_last(value, old, "")


def truncate(value: Any, length: Any = 50, end: Any = "...") -> str:
    return str(string.truncate(_text(value), whole(length), _text(end)))


def truncatewords(value: Any, words: Any = 15, end: Any = "...") -> str:
    return str(string.truncatewords(_text(value), whole(words), _text(end)))


def url_encode(value: Any) -> str:
    return str(string.url_encode(_text(value), environment=PLAIN))


def url_decode(value: Any) -> str:
    return str(string.url_decode(_text(value)))


def base64_encode(value: Any) -> str:
    return str(string.base64_encode(_text(value)))


def base64_decode(value: Any) -> str:
    return str(string.base64_decode(_text(value)))


def split(value: Any, separator: Any) -> list[str]:
    text, by = _text(value), _text(separator)
    if not text:
        return []
    return text.split(None) if by == " " else text.split(by) if by else list(text)


def slice_(value: Any, start: Any, length: Any = 1) -> Any:
    begin, count = whole(start), whole(length)
    if begin < 0:
        begin += len(value) if not isinstance(value, (int, float)) else len(_text(value))
    kept = value if isinstance(value, (list, tuple)) else _text(value)
    return kept[begin : begin + count] if begin >= 0 and count > 0 else kept[:0]


def size(value: Any) -> int:
    return len(value) if isinstance(value, (str, Sequence, Mapping)) else 0 if value is None else len(_text(value))


def date(value: Any, pattern: Any) -> str:
    """The moment in the form of the pattern; what is no moment is an error. Times without a zone are UTC."""
    if value is None or value == "":
        raise LiquidTypeError("date got nothing", token=None)
    value = value if isinstance(value, (int, float)) else _text(value)
    if len(_text(value)) > 100 or len(pattern) > 200:
        raise LiquidTypeError("date: too long a date or pattern", token=None)
    moment = _moment(value)
    if moment is None:
        raise LiquidTypeError(f"date: “{_text(value)}” is no date", token=None)
    written = (
        pattern.replace("%s", str(int(moment.timestamp()))) if "%s" in pattern and "%%" not in pattern else pattern
    )
    try:
        return moment.strftime(written)
    except ValueError as error:
        raise FilterArgumentError(f"date: {error}", token=None) from None


def _moment(value: Any) -> datetime | None:
    now = datetime.now(UTC)
    try:
        if value in ("now", "today"):
            return now
        if isinstance(value, (int, float)) or (value.isascii() and value.isdigit() and len(value) > UNIX_DIGITS):
            return datetime.fromtimestamp(float(value), UTC)
        found = parser.parse(value, default=now.replace(hour=0, minute=0, second=0, microsecond=0), tzinfos=_zone)
    except (ValueError, OverflowError, OSError, TypeError, AttributeError):
        return None
    return found if isinstance(found, datetime) else None


UNIX_DIGITS = 8
"""A text of more digits than this is Unix seconds; 20260131 is a day."""


def _zone(name: str | None, offset: int | None) -> tzinfo:
    """The zone of a date; one that is named otherwise than UTC or GMT is not known for sure, so it is refused."""
    if offset is None and name not in (None, "UTC", "GMT", "Z"):
        raise ValueError(name)
    return timezone(timedelta(seconds=offset or 0))


def number(value: Any) -> int | float:
    """A number, also from a text that is one; null is 0, as in Liquid. LiquidTypeError for any other text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if value is None:
        return 0
    try:
        if len(value) > limits.INTEGER_DIGITS:
            raise ValueError
        found = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        if isinstance(found, float) and not isfinite(found):  # “Infinity” and “NaN” are words here
            raise ValueError
        return found
    except (ValueError, AttributeError):
        raise LiquidTypeError(f"“{_text(value)[:40]}” is no number", token=None) from None


def whole(value: Any) -> int:
    return int(number(value))


def abs_(value: Any) -> Any:
    return math.abs_(number(value))


def plus(value: Any, other: Any) -> Any:
    return math.plus(number(value), number(other))


def minus(value: Any, other: Any) -> Any:
    return math.minus(number(value), number(other))


def times(value: Any, other: Any) -> Any:
    return math.times(number(value), number(other))


def divided_by(value: Any, other: Any) -> Any:
    return math.divided_by(number(value), _divisor(other))


def modulo(value: Any, other: Any) -> Any:
    return math.modulo(number(value), _divisor(other))


def _divisor(value: Any) -> int | float:
    found = number(value)
    if found == 0:
        raise LiquidTypeError("nothing can be divided by 0", token=None)
    return found


def at_least(value: Any, other: Any) -> Any:
    return max(number(value), number(other))


def at_most(value: Any, other: Any) -> Any:
    return min(number(value), number(other))


def ceil(value: Any) -> Any:
    return math.ceil(number(value))


def floor(value: Any) -> Any:
    return math.floor(number(value))


def round_(value: Any, decimals: Any = None) -> Any:
    return math.round_(number(value), None if decimals is None else min(max(whole(decimals), 0), 20))
