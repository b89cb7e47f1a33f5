"""A worker's work: claim a step, carry it, record it, go on with the next step of the same run, until the slice is over."""

import logging
import os
import socket
import threading
import time
from functools import lru_cache
from uuid import UUID

from helix.engine.attempt import TakenOver, attempt
from helix.engine.claim import Held, claim_next, lease, renew
from helix.engine.record import record
from integrations.kit.client import Client, open_client

SLICE_SECONDS = 20.0
log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def client() -> Client:
    """The one client of this process; its connections are kept."""
    return open_client()


def worker_name() -> str:
    """This thread's name in the database: host, process and thread."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{threading.get_ident() % 100000}"


def work() -> int:
    """Carry ready steps until there is none or the slice is over; how many were carried."""
    until, carried, name = time.monotonic() + SLICE_SECONDS, 0, worker_name()
    while time.monotonic() < until and (held := claim_next(name)) is not None:
        carried += carry(held, until)
    return carried


def carry(held: Held | None, until: float) -> int:
    """Carry this step and those of its run that follow; how many."""
    carried = 0
    while held is not None:
        with heart.beating(held):
            try:
                outcome = attempt(held, client())
            except TakenOver:
                return carried
        carried += 1
        held = record(held, outcome, keep=time.monotonic() < until)
    return carried


class Heart:
    """Renews the leases of the steps that this process holds, from one thread."""

    def __init__(self) -> None:
        self._held: dict[UUID, int] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def beating(self, held: Held) -> "Beat":
        return Beat(self, held)

    def add(self, held: Held) -> None:
        with self._lock:
            self._held[held.step.id] = held.token
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="helix-heart", daemon=True)
                self._thread.start()

    def drop(self, held: Held) -> None:
        with self._lock:
            self._held.pop(held.step.id, None)

    def _beat(self) -> None:
        while True:
            time.sleep(lease().total_seconds() / 4)
            with self._lock:
                held = dict(self._held)
            try:
                for lost in renew(held):
                    log.warning("step %s was taken over by another worker", lost)
            except Exception as error:  # the database is away: the lease rules, the next beat tries again
                log.warning("leases could not be renewed: %s", error)


class Beat:
    def __init__(self, heart: Heart, held: Held) -> None:
        self.heart, self.held = heart, held

    def __enter__(self) -> None:
        self.heart.add(self.held)

    def __exit__(self, *_: object) -> None:
        self.heart.drop(self.held)


heart = Heart()
