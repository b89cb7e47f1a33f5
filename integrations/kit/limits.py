"""How much a service takes at once. Sizes are UTF-8 bytes of the JSON as it is sent, checked before sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from integrations.kit.faults import Fault, Unknown, pointer
from integrations.kit.shape import as_bytes, size_of


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds. `hard`: more are refused with 429."""

    calls: int
    seconds: float
    hard: bool = False
    scope: str = ""
    """Who shares the allowance, in words."""

    @property
    def gap(self) -> float:
        """Seconds between two calls that keep the pace."""
        return self.seconds / self.calls


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes; None is unlimited. With `items_field`, the call is split and each item has its own limit."""

    call_bytes: int | None = None
    items_field: str | None = None
    item_bytes: int | None = None


def size_faults(limits: Limits, body: Mapping[str, JsonValue] | None, unknown: Unknown) -> Iterator[Fault]:
    """What is certainly too large in half-known settings: unknown parts count as one byte."""
    if body is not None and (limits.call_bytes or limits.item_bytes):
        known = _known(dict(body), unknown)
        yield from over_limits(limits, known, b"" if limits.items_field else as_bytes(known))


def over_limits(limits: Limits, body: JsonValue, content: bytes | None) -> Iterator[Fault]:
    """What is too large in a body, given as JSON and as it is sent."""
    items = body.get(limits.items_field or "") if isinstance(body, dict) else None
    if limits.item_bytes:
        for index, item in enumerate(items if isinstance(items, list) else []):
            if (size := size_of(item)) > limits.item_bytes:
                place = pointer(limits.items_field or "", index)
                yield Fault(place, "too_many_bytes", *_too_large(f"Item {index + 1}", size, limits.item_bytes))
    if limits.call_bytes and content and len(content) > limits.call_bytes:
        yield Fault("", "too_many_bytes", *_too_large("This call", len(content), limits.call_bytes))


def _too_large(what: str, size: int, most: int) -> tuple[str, str]:
    message = f"{what} is {size} bytes as JSON; Customer.io takes {most}, and would drop it."
    return message, "Send less of it: leave out long texts and lists, or split it over several calls."


def split(items: Sequence[tuple[JsonValue, int]], envelope: int, most: int) -> Iterator[list[JsonValue]]:
    """Cut items (with their sizes in bytes) into the fewest runs, in order, each at most `most` with its envelope.

    An item that is too large by itself is a run of its own.
    """
    run: list[JsonValue] = []
    size = envelope
    for item, bytes_ in items:
        added = bytes_ + (1 if run else 0)  # the comma
        if run and size + added > most:
            yield run
            run, size, added = [], envelope, bytes_
        run.append(item)
        size += added
    if run:
        yield run


def _known(value: JsonValue, unknown: Unknown) -> JsonValue:
    if unknown(value):
        return 0
    if isinstance(value, dict):
        return {name: _known(part, unknown) for name, part in value.items()}
    return [_known(part, unknown) for part in value] if isinstance(value, list) else value
