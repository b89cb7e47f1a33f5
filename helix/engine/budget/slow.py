"""Calls further apart than a second, such as broadcast triggers: the database spaces them, from the end of one call to the
beginning of the next, whatever happens to Redis. While one is under way no other begins."""

import threading
from datetime import timedelta
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from helix.engine.budget.calling import SHORT, Calling
from helix.engine.budget.models import RateBucket
from helix.engine.budget.pace import Pace
from helix.engine.claim import lease


def under_way() -> timedelta:
    """A call of which nothing is heard for so long has ended: its worker died, and its lease ran out long ago."""
    return lease() * 1.5


class Slow:
    """This process's hold on slow classes."""

    def __init__(self) -> None:
        self._holding: dict[str, str] = {}
        self._lock = threading.Lock()

    def free_in(self, calling: Calling, pace: Pace) -> float:
        """Seconds until the next call may begin, if the one under way ends soon; 0 when it may now."""
        row = _row(calling).first()
        if row is None:
            return 0.0
        left = (row.next_at - timezone.now()).total_seconds()
        return max(pace.gap + left - under_way().total_seconds(), SHORT) if row.holder and left > 0 else max(0.0, left)

    def take(self, calling: Calling, wait: float) -> bool:
        """Hold the class for a call that begins in `wait` seconds; False when another was first."""
        token, begins = uuid4().hex, timezone.now() + timedelta(seconds=wait)
        held = {"next_at": begins + under_way(), "holder": token}
        if not _row(calling).filter(next_at__lte=begins).update(**held):
            made = RateBucket(connection_id=calling.connection_id, limit_class=calling.limit_class, **held)
            RateBucket.objects.bulk_create([made], ignore_conflicts=True)
            if not _row(calling).filter(holder=token).exists():
                return False
        with self._lock:
            self._holding[calling.place] = token
        return True

    def ended(self, calling: Calling, pace: Pace) -> None:
        """The call is over: the next may begin a gap later. When it was over before it was heard of, nothing changes."""
        with self._lock:
            token = self._holding.pop(calling.place, None)
        if token is not None:
            after = timezone.now() + timedelta(seconds=pace.gap)
            _row(calling).filter(holder=token).update(next_at=after, holder="")


def _row(calling: Calling) -> QuerySet[RateBucket]:
    return RateBucket.objects.filter(connection_id=calling.connection_id, limit_class=calling.limit_class)
