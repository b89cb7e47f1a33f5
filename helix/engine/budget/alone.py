"""The buckets of a process that cannot reach the others, since Redis is away."""

import random
import threading
from collections.abc import Callable

from helix.engine.budget.bucket import Answer, Bucket
from helix.engine.budget.pace import Pace


class Alone:
    """The buckets of one process, for as long as it cannot reach the others: its share of half the pace."""

    def __init__(self, clock: Callable[[], float], processes: Callable[[], int]) -> None:
        self.has_shared = False  # whether this process has reached the others before: then they may be calling now
        self._clock, self._processes = clock, processes
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def ask(
        self, place: str, pace: Pace, flow: str, weight: float, *, succeeded: int = 0, reach: float, not_before: float
    ) -> Answer:
        """As Shared.ask; never fails."""
        mine = pace if pace.slow else pace.shared_by(self._processes())
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(place) or self._buckets.setdefault(
                place, Bucket.empty(now, pace) if self.has_shared else Bucket(now)
            )
            return bucket.ask(
                now, mine, flow, weight, succeeded=succeeded, reach=reach,
                not_before=now + not_before if not_before else 0.0, dice=random.random(),
            )  # fmt: skip

    def tell(
        self, place: str, *, succeeded: int = 0, failed: bool = False, asked: float = 0.0, refused: bool = False
    ) -> bool:
        with self._lock:
            bucket = self._buckets.get(place)
            return bucket is not None and bucket.tell(
                self._clock(), succeeded=succeeded, failed=failed, asked=asked, refused=refused
            )

    def forget(self) -> None:
        """The others can be reached again; the next time begins with no allowance."""
        with self._lock:
            self._buckets.clear()
