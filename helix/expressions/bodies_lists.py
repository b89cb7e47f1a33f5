"""What the filters of lists do. The values they get have been admitted by functions.py."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from liquid.builtin.filters import math
from liquid.exceptions import LiquidTypeError

from helix.expressions import limits
from helix.expressions.bodies import number
from helix.expressions.values import as_json, as_text, to_json_text


def flat(value: Any) -> Iterator[Any]:
    """The items of a list, those of lists inside it in their place."""
    for item in value:
        if isinstance(item, (list, tuple)):
            yield from flat(item)
        else:
            yield item


def join(value: Any, separator: Any = " ") -> str:
    """One text of the items. Stops as soon as it is too long, before it is made."""
    between, length, parts = as_text(separator), 0, []
    for item in flat(value):
        parts.append(as_text(item))
        length += len(parts[-1]) + len(between)
        if length > limits.TEXT_BYTES + len(between):
            raise LiquidTypeError(f"join: a text longer than {limits.TEXT_BYTES // 1024} KB", token=None)
    return between.join(parts)


def first(value: Any) -> Any:
    return value[0] if value else None


def last(value: Any) -> Any:
    return value[-1] if value else None


def _field(item: Any, name: str) -> Any:
    if not isinstance(item, Mapping):
        raise LiquidTypeError(f"an item of the list has no field “{name[:60]}”: it is no object", token=None)
    return item.get(name)


def map_(value: Any, name: str) -> list[Any]:
    return [_field(item, name) for item in value]


def _matches(item: Any, name: str, value: Any) -> bool:
    found = _field(item, name)
    return (
        found not in (False, None)
        if value is None
        else (type(found) is type(value) and found == value) or _same(found, value)
    )


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and bool(one == other)


def where(value: Any, name: str, wanted: Any = None) -> list[Any]:
    return [item for item in value if _matches(item, name, wanted)]


def reject(value: Any, name: str, wanted: Any = None) -> list[Any]:
    return [item for item in value if not _matches(item, name, wanted)]


def find(value: Any, name: str, wanted: Any = None) -> Any:
    return next((item for item in value if _matches(item, name, wanted)), None)


def find_index(value: Any, name: str, wanted: Any = None) -> Any:
    return next((index for index, item in enumerate(value) if _matches(item, name, wanted)), None)


def has(value: Any, name: str, wanted: Any = None) -> bool:
    return find(value, name, wanted) is not None


def _order(key: Any) -> tuple[int, Any]:
    """Numbers before texts before the rest; nothing goes last. So mixed lists have an order, too."""
    if isinstance(key, (bool, int, float)):
        return (0, key)
    return (
        (1, key)
        if isinstance(key, str)
        else (3, "")
        if key is None
        else (2, json.dumps(as_json(key), sort_keys=True)[:1000])
    )


def sort(value: Any, name: Any = None) -> list[Any]:
    return sorted(value, key=lambda item: _order(_field(item, name) if name else item))


def sort_natural(value: Any, name: Any = None) -> list[Any]:
    def key(item: Any) -> tuple[int, Any]:
        found = _field(item, name) if name else item
        return _order(found.lower() if isinstance(found, str) else found)

    return sorted(value, key=key)


def reverse(value: Any) -> list[Any]:
    return list(reversed(value))


def uniq(value: Any, name: Any = None) -> list[Any]:
    """The first of each kind. By JSON text, so that it stays fast on long lists."""
    seen: set[str] = set()
    kept, room = [], 10 * limits.TEXT_BYTES
    for item in value:
        text = to_json_text(_field(item, name) if name else item)
        room -= len(text)
        if room < 0:
            raise LiquidTypeError("uniq: too large a list", token=None)
        if text not in seen:
            seen.add(text)
            kept.append(item)
    return kept


def compact(value: Any, name: Any = None) -> list[Any]:
    return [item for item in value if (_field(item, name) if name else item) is not None]


def concat(value: Any, other: Any) -> list[Any]:
    return [*value, *(other if isinstance(other, (list, tuple, range)) else ())]  # else nothing, or `empty`


def sum_(value: Any, name: Any = None) -> Any:
    total: int | float = 0
    for item in value:
        total = math.plus(total, number(_field(item, name) if name else item))
    return total


def json_(value: Any) -> str:
    return to_json_text(value)
