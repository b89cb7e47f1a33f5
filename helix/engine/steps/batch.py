"""Batch: the items of a list in portions of at most so many items or bytes, in their order."""

from collections.abc import Mapping
from typing import Any

from integrations.kit.errors import InvalidInput
from integrations.kit.faults import Fault, shown
from integrations.kit.shape import as_bytes


def batch_step(settings: Mapping[str, Any]) -> dict[str, Any]:
    """{batches, count, rejected}. Bytes are those of a batch as compact JSON in UTF-8, brackets and commas included; an item
    that is larger than a batch may be is rejected."""
    items, most, room = settings.get("items"), settings.get("max_count"), settings.get("max_bytes")
    if not isinstance(items, list):
        raise _wrong("/items", f"“Items” needs a list, but it is {shown(items)}.", "Take a list of an earlier step.")
    for name, title, least in (("max_count", "Items at most", 1), ("max_bytes", "Bytes at most", 2)):
        value = settings.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < least):
            raise _wrong(f"/{name}", f"“{title}” is {shown(value)}.", f"Give a number of {least} or more.")
    if most is None and room is None:
        raise _wrong("/max_count", "neither “Items at most” nor “Bytes at most” is given.", "Give one of them.")
    batches: list[list[Any]] = []
    rejected: list[Any] = []
    size = 0  # of the last batch, without its brackets
    for item in items:
        own = _size(item) if room is not None else 0
        if room is not None and own + 2 > room:
            rejected.append(item)
            continue
        full = most is not None and batches and len(batches[-1]) >= most
        if not batches or full or (room is not None and size + 1 + own + 2 > room):
            batches.append([])
            size = own
        else:
            size += 1 + own
        batches[-1].append(item)
    return {"batches": batches, "count": len(batches), "rejected": rejected}


def _size(item: Any) -> int:
    try:
        return len(as_bytes(item))
    except (ValueError, RecursionError):
        raise _wrong("/items", "an item cannot be written as JSON.", "Remove it from the list before.") from None


def _wrong(place: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(f"Batch: {message}", hint, faults=(Fault(place, "batch", message, hint),))
