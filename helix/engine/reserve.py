"""How many threads of this process work at once, and those that step in when the queue's messages do not come.

Celery's threads are called by messages. While these are lost, late or stuck in a frozen Redis, each round looks for steps
that nobody has taken and calls up as many threads of the reserve as Celery's stand idle: a lost message costs a moment, not
the process's strength.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from django.conf import settings
from django.db import connections
from django.utils import timezone

from helix.engine.models import StepRun
from helix.engine.pauses import pauses
from helix.engine.states import StepState

log = logging.getLogger(__name__)


class Places:
    """Places for threads that work."""

    def __init__(self, number: int) -> None:
        self._lock, self.free = threading.Lock(), number

    def take(self) -> bool:
        """Take a place; False when none is free."""
        with self._lock:
            if self.free <= 0:
                return False
            self.free -= 1
            return True

    def leave(self) -> None:
        with self._lock:
            self.free += 1


@lru_cache(maxsize=1)
def places() -> Places:
    """The places of this process: as many as Celery has threads."""
    return Places(settings.HELIX.HELIX_WORKER_THREADS)


@lru_cache(maxsize=1)
def _reserve() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.HELIX.HELIX_WORKER_THREADS, thread_name_prefix="helix-reserve")


def call_up(work: Callable[[], int]) -> int:
    """Let idle threads do `work` when steps are ready that nobody has taken; how many were called."""
    due = StepRun.objects.filter(state=StepState.READY, due_at__lte=timezone.now()).order_by("rank", "due_at")
    if paused := pauses.teams():
        due = due.exclude(team__in=paused)
    free = places().free
    called = min(free, len(due.values_list("pk", flat=True)[:free])) if free > 0 else 0
    for _ in range(called):
        _reserve().submit(_do, work)
    return called


def _do(work: Callable[[], int]) -> None:
    try:
        work()
    except Exception as error:  # the database is away, or a defect: the next round calls again
        log.warning("work that no message told of: %s", error)
    finally:
        connections.close_all()
