"""What a process remembers of values it has read: the latest used, up to so many bytes. Kept values never change, so nothing
remembered is ever out of date."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

MOST_BYTES = 64 * 1024 * 1024
COST = 4
"""Memory of a list or object in Python for a byte of its JSON, about; a text costs its length."""


class Memory:
    """Values by key, safe between threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._held = most, 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The value, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def add(self, key: Hashable, value: Any, size: int) -> None:
        """Remember a value whose JSON has so many bytes, and forget the longest unused ones for it."""
        cost = size if isinstance(value, str) else size * COST
        if cost > self._most:
            return
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, cost)
                self._held += cost
            while self._held > self._most:
                _, (_, freed) = self._values.popitem(last=False)
                self._held -= freed

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._held = 0

    @property
    def held(self) -> int:
        """Bytes that are remembered, about."""
        return self._held


memory = Memory()
"""The one of this process."""
