"""Places taken together. Where an API allows a call each few milliseconds, asking costs more than the pause between two calls.

Threads of one flow that want to call at the same moment ask one after the other: the first asks for all that wait behind it.
A flow that calls again and again also takes places ahead of need: twice as many as it has just used up. What is not used
within a moment is lost, so nothing is taken ahead while calls wait for their places, or the service is in trouble.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from helix.engine.budget.bucket import GO, Answer
from helix.engine.budget.pace import Pace

MOST = 32
"""Places that are asked for at once."""
MOST_AHEAD = 16
GOOD_SECONDS = 0.05
SHORT_GAP = 0.005
"""Up to this gap (seconds) places are taken together."""
AT_ONCE = 0.001
"""Seconds too short to sleep."""
MOST_FLOWS = 1000


@dataclass
class _Lease:
    """`left` of `size` places; the next is free at `begin`, each further one `gap` later. `rested`: the first was free at once."""

    size: int
    left: int
    begin: float
    gap: float
    rested: bool
    until: float


@dataclass
class _Asking:
    """The threads of one flow that want a place: one asks, the others wait for what it brings."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0


class Leases:
    """What this process has taken, by place and flow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._leases: dict[tuple[str, str], _Lease] = {}
        self._asking: dict[tuple[str, str], _Asking] = {}

    @contextmanager
    def asking(self, place: str, flow: str) -> Iterator[_Asking]:
        """Hold this while asking: another thread of the flow may have brought a place meanwhile. `waiting` counts the threads
        that want one, this one included."""
        key = (place, flow)
        with self._lock:
            mine = self._asking.setdefault(key, _Asking())
            mine.waiting += 1
        try:
            with mine.lock:
                yield mine
        finally:
            with self._lock:
                mine.waiting -= 1
                if not mine.waiting:
                    del self._asking[key]

    def take(self, place: str, flow: str) -> Answer | None:
        """Use one of the places taken together; None when there is none."""
        with self._lock:
            now, lease = self._clock(), self._leases.get((place, flow))
            if lease is None or not lease.left or now >= lease.until:
                return None
            lease.left -= 1
            wait, lease.begin = lease.begin - now, lease.begin + lease.gap
            return Answer(GO, max(0.0, wait))

    def size(self, place: str, flow: str, pace: Pace, wanted: int = 1) -> int:
        """How many places to ask for now, when so many are wanted at this moment."""
        if not shares(pace):
            return 1
        with self._lock:
            lease = self._leases.get((place, flow))
            used_up = lease is not None and not lease.left and lease.rested and self._clock() < lease.until
            ahead = min(MOST_AHEAD, 2 * lease.size) if lease is not None and used_up else 1
            return min(MOST, max(ahead, wanted))

    def granted(self, place: str, flow: str, size: int, answer: Answer) -> None:
        """So many places are ours from now on; the first is used by whoever asked."""
        now, gap = self._clock(), answer.gap / size
        begin = now + answer.begin
        until = max(now, begin + size * gap) + GOOD_SECONDS
        with self._lock:
            if len(self._leases) >= MOST_FLOWS:
                self._leases.clear()
            self._leases[place, flow] = _Lease(size, size - 1, begin + gap, gap, answer.wait <= AT_ONCE, until)

    def drop(self, place: str) -> None:
        """Use nothing of what was taken at this place any more, until calls go well again."""
        with self._lock:
            for key in [key for key in self._leases if key[0] == place]:
                del self._leases[key]


def shares(pace: Pace) -> bool:
    """Whether places of this pace may be taken together."""
    return bool(pace.slack) and pace.gap <= SHORT_GAP
