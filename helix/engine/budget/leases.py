"""Places taken ahead of need. Where an API allows a call each few milliseconds, a flow that calls again and again asks for several
places at once and uses them up by itself: asking costs more than the pause between two calls.

Places that are not used within a moment are lost, so a flow asks for twice as many as it has just used up, and for one when it
has slowed down. Nothing is taken ahead while calls wait for their places, or the service is in trouble.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from helix.engine.budget.pace import Pace

MOST = 16
GOOD_SECONDS = 0.05
SHORT_GAP = 0.005
"""Up to this gap (seconds) places are taken ahead."""
MOST_FLOWS = 1000


@dataclass
class _Lease:
    size: int
    left: int
    until: float


class Leases:
    """What this process has taken ahead, by place and flow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._leases: dict[tuple[str, str], _Lease] = {}

    def take(self, place: str, flow: str) -> bool:
        """Use one of the places taken ahead; False when there is none."""
        with self._lock:
            lease = self._leases.get((place, flow))
            if lease is None or not lease.left or self._clock() >= lease.until:
                return False
            lease.left -= 1
            return True

    def size(self, place: str, flow: str, pace: Pace) -> int:
        """How many places to ask for now."""
        if not pace.slack or pace.gap > SHORT_GAP:
            return 1
        with self._lock:
            lease = self._leases.get((place, flow))
            used_up = lease is not None and not lease.left and self._clock() < lease.until
            return min(MOST, 2 * lease.size) if lease is not None and used_up else 1

    def granted(self, place: str, flow: str, size: int) -> None:
        """So many places are ours from now on; the first is used by whoever asked."""
        with self._lock:
            if len(self._leases) >= MOST_FLOWS:
                self._leases.clear()
            self._leases[place, flow] = _Lease(size, size - 1, self._clock() + GOOD_SECONDS)

    def drop(self, place: str) -> None:
        """Take nothing ahead at this place any more, until calls go well again."""
        with self._lock:
            for key in [key for key in self._leases if key[0] == place]:
                del self._leases[key]
