"""The bell: rings a worker after a commit. A ring may be lost, doubled or late; the database tells what is to be done.

Publishing happens on a thread of its own, so that a frozen Redis never holds a page or a step.
"""

import logging
import queue
import threading
import time

from celery import current_app
from django.db import transaction

QUIET_SECONDS = 5.0
WAKE = "helix.wake"
log = logging.getLogger(__name__)


class Bell:
    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ring(self, times: int = 1) -> None:
        """Ask for `times` workers' attention once the current transaction is committed."""
        if times > 0:
            transaction.on_commit(lambda: self._put(times), robust=True)

    def _put(self, times: int) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish, name="helix-bell", daemon=True)
                self._thread.start()
        self._rings.put(times)

    def _publish(self) -> None:
        quiet_until = 0.0
        while True:
            times = self._rings.get()
            if time.monotonic() < quiet_until:
                continue
            try:
                for _ in range(min(times, 64)):
                    current_app.send_task(WAKE, ignore_result=True, expires=60, retry=False)
            except Exception as error:  # whatever the broker's client raises: the poll of the workers makes up for it
                quiet_until = time.monotonic() + QUIET_SECONDS
                log.warning(
                    "The queue cannot be reached (%s); workers look for work by themselves meanwhile.",
                    type(error).__name__,
                )


bell = Bell()
