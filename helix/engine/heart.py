"""The heart: renews the leases of the steps that this process holds, from one thread."""

import atexit
import logging
import threading
from collections.abc import Iterable
from types import TracebackType
from uuid import UUID

from django.db import close_old_connections

from helix.engine.claim import Held, lease, renew
from integrations.kit.points import reach

STOP_SECONDS = 3.0
log = logging.getLogger(__name__)


class Heart:
    """Beats while anything is held."""

    def __init__(self) -> None:
        self._held: dict[UUID, int] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    def stop(self) -> None:
        """End the thread, as the process does: killed in the middle it could keep a lock that others wait for."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def beating(self, held: Iterable[Held]) -> "Beat":
        """While in this context, the leases of these steps are renewed."""
        return Beat(self, list(held))

    def add(self, held: Iterable[Held]) -> None:
        with self._lock:
            self._held.update({each.step.id: each.token for each in held})
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="helix-heart", daemon=True)
                self._thread.start()

    def drop(self, held: Iterable[Held]) -> None:
        with self._lock:
            for each in held:
                self._held.pop(each.step.id, None)

    def held(self) -> dict[UUID, int]:
        """What this process holds now: id -> token."""
        with self._lock:
            return dict(self._held)

    def _beat(self) -> None:
        while not self._end.wait(lease().total_seconds() / 4):
            reach("during_heartbeat")
            try:
                for lost in renew(self.held()):
                    if lost in self.held():  # else it ended while the lease was being renewed
                        log.warning("step %s was taken over by another worker", lost, extra={"step": lost})
            except Exception as error:  # the database is away: the lease rules, the next beat tries again
                log.warning("leases could not be renewed: %s", error)
                close_old_connections()


class Beat:
    """Steps whose leases are renewed from `with` to its end."""

    def __init__(self, heart: Heart, held: list[Held]) -> None:
        self.heart, self.held = heart, held

    def __enter__(self) -> None:
        self.heart.add(self.held)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heart.drop(self.held)


heart = Heart()
atexit.register(heart.stop)
