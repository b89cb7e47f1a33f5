"""A worker's work: claim steps of a run, carry them, record them, go on with what follows in that run, until the slice is over.

Steps that stand side by side are carried in threads of this process; what ends together is recorded in one commit.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connections

from helix.engine.attempt import attempt, prepare
from helix.engine.claim import WIDTH, Held, claim_next, lease
from helix.engine.fencing import TakenOver
from helix.engine.heart import heart
from helix.engine.outcomes import Outcome
from helix.engine.pauses import pauses
from helix.engine.record import record
from helix.engine.reserve import places
from helix.engine.segment import Segment
from integrations.kit.client import Client, open_client

SLICE_SECONDS = 20.0
BRANCH_THREADS = 48
GATHERING_SECONDS = 0.003
"""Once one of several steps has ended, others are waited for as long as one ends within so long of the one before: they share
a commit."""
GATHERING_MOST = 0.03
PATIENCE = 0.5
"""Share of the lease for which a result is held in memory while the database is away."""
log = logging.getLogger(__name__)
stopping = threading.Event()
"""Set when this process shall end: what is held is ended, nothing else is begun."""


Landed = SimpleQueue[tuple[Held, Outcome | BaseException | None]]
"""Where the threads of the branches put what their steps came to."""

_making = threading.Lock()


def client() -> Client:
    """The one client of this process; its connections are kept."""
    with _making:  # threads that begin together must not each make one
        return _client()


@lru_cache(maxsize=1)
def _client() -> Client:
    return open_client()


@lru_cache(maxsize=1)
def _branches() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(BRANCH_THREADS, thread_name_prefix="helix-branch")


def worker_name() -> str:
    """This thread's name in the database: host, process and thread."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{threading.get_ident() % 100000}"


def work() -> int:
    """Carry ready steps until there is none or the slice is over; how many were carried. 0 when enough threads work."""
    if not places().take():
        return 0
    try:
        until, carried, name = time.monotonic() + SLICE_SECONDS, 0, worker_name()
        while time.monotonic() < until and not stopping.is_set() and (held := claim_next(name)):
            carried += carry(held, until)
        return carried
    finally:
        places().leave()


def carry(held: list[Held], until: float) -> int:
    """Carry these steps of one run and those that follow; how many."""
    carried, todo, flying, landed = 0, held, set[UUID](), Landed()
    segment, worker = held[0].segment, held[0].step.worker
    while todo or flying:
        if len(todo) == 1 and not flying:
            ended = [(todo[0], _attempt_here(todo[0]))]
        else:
            heart.add(todo)
            for each in todo:
                flying.add(each.step.id)
                _branches().submit(_attempt_aside, each, _prepared(each), landed)
            ended = _gathered(landed, len(flying))
            flying.difference_update(each.step.id for each, _ in ended)
            heart.drop(each for each, _ in ended)
        known = [(each, outcome) for each, outcome in ended if outcome is not None]
        carried += len(known)
        goes_on = time.monotonic() < until and not stopping.is_set() and segment.run.team_id not in pauses.teams()
        todo = _record(segment, known, worker, WIDTH - len(flying) if goes_on else 0) if known else []
    return carried


T = TypeVar("T")


def _safely(do: Callable[[], T], held: Held) -> T | None:
    """What it gives; None when the step is another worker's now, or the database is away: then it is left to its lease."""
    try:
        return do()
    except TakenOver:
        return None
    except DatabaseError as error:
        log.warning("run %s step %s: the database failed: %s", held.run.id, held.step.node, error)
        connections.close_all()
        return None


def _prepared(held: Held) -> dict[str, Any] | None:
    return _safely(lambda: prepare(held), held)


def _attempt_here(held: Held) -> Outcome | None:
    with heart.beating([held]):
        return _safely(lambda: attempt(held, client(), prepare(held)), held)


def _attempt_aside(held: Held, scope: dict[str, Any] | None, landed: Landed) -> None:
    """In a thread of the branches. It keeps no connection to the database: it seldom needs one."""
    outcome: Outcome | BaseException | None = None
    try:
        if scope is not None:
            outcome = _safely(lambda: attempt(held, client(), scope), held)
    except BaseException as error:
        outcome = error
    finally:
        connections.close_all()
        landed.put((held, outcome))


def _gathered(landed: Landed, flying: int) -> list[tuple[Held, Outcome | None]]:
    """What has ended of so many: at least one, and those that end soon after it."""
    found, until = [landed.get()], time.monotonic() + GATHERING_MOST
    with contextlib.suppress(Empty):
        while len(found) < flying and (left := until - time.monotonic()) > 0:
            found.append(landed.get(timeout=min(left, GATHERING_SECONDS)))
    ended: list[tuple[Held, Outcome | None]] = []
    for held, outcome in found:
        if isinstance(outcome, BaseException):
            raise outcome
        ended.append((held, outcome))
    return ended


def _record(segment: Segment, ended: list[tuple[Held, Outcome]], worker: str, room: int) -> list[Held]:
    """Record; while the database is away the results are kept and tried again, for a part of the lease."""
    patient_until = time.monotonic() + lease().total_seconds() * PATIENCE
    with heart.beating([held for held, _ in ended]):
        while True:
            try:
                return record(segment, ended, worker=worker, room=room)
            except DatabaseError as error:
                log.warning("run %s: what came of its steps cannot be written yet: %s", segment.run.id, error)
                connections.close_all()
                if time.monotonic() > patient_until:
                    return []
                time.sleep(0.2)
                segment.frames.clear()
                segment.run.seq = -1
