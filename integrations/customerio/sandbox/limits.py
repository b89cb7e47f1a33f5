"""How much and how often the APIs take. Sizes are UTF-8 bytes of compact JSON.

Facts: https://docs.customer.io/integrations/api/app/ (rates), /track/ and /cdp/ (sizes). Where sources differ, the stricter.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any, NamedTuple

CALL_BYTES = 32_768
BATCH_BYTES = 500_000
BROADCAST_BYTES = 25_000_000
BROADCAST_DATA_BYTES = 50_000
RECIPIENTS = 10_000
SEGMENT_IDS = 1_000
ID_BYTES = 150
EVENT_NAME_BYTES = 100
EVENT_DATA_BYTES = 100_000
ATTRIBUTE_NAME_BYTES = 150
ATTRIBUTE_BYTES = 1_000
ATTRIBUTES = 300
WAITING_TRIGGERS = 5


class Rate(NamedTuple):
    """So many calls in so many seconds."""

    calls: int
    seconds: float

    @property
    def words(self) -> str:
        return f"rate limited to {self.calls} requests per {self.seconds:g}s (reference sandbox)"


APP = Rate(10, 1)
BROADCAST = Rate(1, 10)
SOFT = Rate(3000, 3)
"""Track, Pipelines and transactional sends: Customer.io hardly enforces it, nor does the sandbox unless told to."""


class Pace:
    """Counts calls in sliding windows, by the seconds it is given."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}

    def wait(self, key: str, rate: Rate, now: float) -> float:
        """Count a call made now: 0 when it is within the rate, else (not counted) the seconds until one will be."""
        recent = self._calls.setdefault(key, deque())
        while recent and not now - rate.seconds < recent[0] <= now:  # the clock may also have been put back
            recent.popleft()
        if len(recent) >= rate.calls:
            return recent[0] + rate.seconds - now
        recent.append(now)
        return 0.0

    def clear(self) -> None:
        self._calls.clear()


def size_of(value: Any) -> int:
    """Bytes of the value as compact JSON; of a text, without its quotes."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass"))


def attribute_faults(attributes: dict[str, Any]) -> list[str]:
    """What is too large among a person's attributes, in words."""
    faults = [
        f"attribute name exceeds {ATTRIBUTE_NAME_BYTES} bytes"
        for name in attributes
        if size_of(name) > ATTRIBUTE_NAME_BYTES
    ]
    faults += [f"attribute {name[:40]} exceeds {ATTRIBUTE_BYTES} bytes" for name, value in attributes.items()
               if not name.startswith("cio_") and size_of(value) > ATTRIBUTE_BYTES]  # fmt: skip
    if len(attributes) > ATTRIBUTES:
        faults.append(f"more than {ATTRIBUTES} attributes")
    return faults[:20]
