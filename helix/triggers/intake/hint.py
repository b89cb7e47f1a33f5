"""The hint that deliveries wait: tells a worker at once, at most twenty times a second. It may be lost; the rounds look anyway.

A thread of its own publishes, so that a queue that does not answer never holds a delivery.
"""

import atexit
import logging
import threading

from celery import current_app

INBOX = "helix.inbox"
SPACING_SECONDS = 0.05
QUIET_SECONDS = 5.0
STOP_SECONDS = 3.0
log = logging.getLogger(__name__)


class Hint:
    """Any number of hints given while one is on its way are one."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def give(self) -> None:
        """Have a worker look at the inbox soon."""
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._publish, name="helix-inbox-hint", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """End the thread, as the process does: killed in the middle it could keep a lock that others wait for."""
        self._end.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _publish(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._end.is_set():
                return
            pause = SPACING_SECONDS
            try:
                current_app.send_task(INBOX, ignore_result=True, expires=60, retry=False)
            except Exception as error:  # whatever the broker's client raises
                pause = QUIET_SECONDS
                log.warning(
                    "The queue cannot be reached (%s); the rounds will look at the inbox.", type(error).__name__
                )
            self._end.wait(pause)


hint = Hint()
atexit.register(hint.stop)
