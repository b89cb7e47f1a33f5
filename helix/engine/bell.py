"""The bell: rings a worker after a commit, and tells whoever watches a run that it has changed. A ring may be lost, doubled or
late; the database tells what is to be done.

Publishing happens on a thread of its own, so that a frozen Redis never holds a page or a step.
"""

import atexit
import logging
import queue
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from helix.engine.hints import hint

QUIET_SECONDS = 5.0
UNHEARD_SECONDS = 1.0
MOST_AT_ONCE = 64
STOP_SECONDS = 3.0
WAKE = "helix.wake"
WATCHED = "helix.runs"
"""The channel that names runs which have changed: `<run id> <seq>`."""
log = logging.getLogger(__name__)


Ring = int | tuple[UUID, int] | None
"""So many workers called; a run that changed and its seq; None: the end."""


class Bell:
    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[Ring] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._unheard_until = 0.0
        self._queue = Queue()

    def ring(self, times: int = 1) -> None:
        """Ask for `times` workers' attention once the current transaction is committed."""
        if times > 0:
            transaction.on_commit(lambda: self._put(times), robust=True)

    def tell(self, run_id: UUID, seq: int) -> None:
        """Say that this run is at `seq` now, once the current transaction is committed. While nobody listens, it is said once
        a second at most: whoever begins to listen looks by himself at first."""
        if time.monotonic() < self._unheard_until:
            return
        transaction.on_commit(lambda: self._put((run_id, seq)), robust=True)

    def stop(self) -> None:
        """End the thread, as the process does: killed in the middle it could keep a lock that others wait for."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            self._rings.put(None)
            thread.join(STOP_SECONDS)
            self._queue.close()

    def _put(self, what: Ring) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish, name="helix-bell", daemon=True)
                self._thread.start()
        self._rings.put(what)

    def _publish(self) -> None:
        quiet_until = 0.0
        while True:
            found = self._taken()
            if None in found:
                return
            if time.monotonic() < quiet_until:
                continue
            try:
                self._queue.wake(sum(each for each in found if isinstance(each, int)))
                if not _tell(dict(each for each in found if isinstance(each, tuple))):
                    self._unheard_until = time.monotonic() + UNHEARD_SECONDS
            except Exception as error:  # whatever the broker's client raises: the poll of the workers makes up for it
                quiet_until = time.monotonic() + QUIET_SECONDS
                log.warning(
                    "The queue cannot be reached (%s); workers look for work by themselves meanwhile.",
                    type(error).__name__,
                )

    def _taken(self) -> list[Ring]:
        """What waits to be published: at least one."""
        found = [self._rings.get()]
        while not self._rings.empty() and len(found) < MOST_AT_ONCE:
            found.append(self._rings.get())
        return found


class Queue:
    """The workers' queue, on a connection that is kept."""

    def __init__(self) -> None:
        self._url = ""
        self._redis: redis.Redis | None = None

    def wake(self, times: int) -> None:
        """Put so many hints into it."""
        if times:
            hints = [hint(current_app, WAKE) for _ in range(min(times, MOST_AT_ONCE))]
            self._reach(current_app.conf.broker_url).lpush(current_app.conf.task_default_queue, *hints)

    def _reach(self, url: str) -> redis.Redis:
        if self._redis is None or url != self._url:
            self.close()
            once_more = Retry(NoBackoff(), 1)  # on a new line: the kept one may lead to a Redis that is gone
            self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1, retry=once_more)
            self._url = url
        return self._redis

    def close(self) -> None:
        if self._redis is not None:
            self._redis.close()
            self._redis = None


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.HELIX.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _tell(runs: dict[UUID, int]) -> bool:
    """Publish; False when there was something to tell and nobody heard it."""
    if not runs or not settings.HELIX.REDIS_URL:
        return True
    with _redis().pipeline(transaction=False) as pipe:
        for text in _lines(runs.items()):
            pipe.publish(WATCHED, text)
        return any(pipe.execute())


def _lines(runs: Iterable[tuple[UUID, int]]) -> list[str]:
    return [f"{run_id} {seq}" for run_id, seq in runs]


bell = Bell()
atexit.register(bell.stop)
