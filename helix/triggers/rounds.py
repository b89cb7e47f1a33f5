"""The rounds: duties that return every moment. The scheduler process makes them all; a worker makes its own, and takes the
scheduler's over when that has been silent for a while."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import close_old_connections
from django.utils import timezone

from helix.alerts.courier import send_waiting
from helix.alerts.duties import count_ends, look_at_clock
from helix.audit.chain import forget_old_entries
from helix.engine.awaiting import wake_answered
from helix.engine.budget.gate import write_counts
from helix.engine.budget.pausing import wake_resumed
from helix.engine.bulk.carrying import carry_bulk
from helix.engine.models import Worker
from helix.engine.perform import work
from helix.engine.reserve import call_up
from helix.engine.retention import look
from helix.engine.statistics import count_rows
from helix.engine.sweep import end_overdue, ring_for_unheard, take_back_lost, wake_due, wake_parents
from helix.logs.around import About
from helix.triggers.due import begin_queued, fire_due, refresh_zones
from helix.triggers.inbox import forget_old, turn_inbox
from helix.triggers.lateness import look_for_late
from helix.triggers.news import tell_news

SCHEDULER_PAUSE = 1.0
CALM_ROUNDS, CALM_PAUSE = 5, 2.0
"""After so many rounds with nothing to do the scheduler looks less often."""
WORKER_PAUSE = 2.0
BUSY_PAUSE = 0.5
"""While a worker finds steps that no message told of."""
SILENT = timedelta(seconds=15)
FORGOTTEN = timedelta(days=1)
DUTIES = (fire_due, begin_queued, turn_inbox, wake_due, tell_news, carry_bulk, count_ends, send_waiting)
SELDOM = (wake_parents, wake_answered, take_back_lost, wake_resumed, end_overdue, ring_for_unheard, look)
"""Duties that make up for something that was lost, every other round."""
SLOW_ROUNDS = 3600  # once an hour
NOW_AND_THEN = (look_at_clock, look_for_late)
CLOCK_ROUNDS = 10
log = logging.getLogger(__name__)


def sign(kind: str) -> None:
    """Write this process's sign of life."""
    name = f"{kind}:{socket.gethostname()[:64]}:{os.getpid()}"
    Worker.objects.update_or_create(name=name, defaults={"kind": kind, "pid": os.getpid(), "ticked_at": timezone.now()})
    Worker.objects.filter(ticked_at__lt=timezone.now() - FORGOTTEN).delete()


def is_alive(kind: str) -> bool:
    """Whether a process of this kind has made its round lately."""
    return Worker.objects.filter(kind=kind, ticked_at__gte=timezone.now() - SILENT).exists()


def duties(number: int = 0) -> bool:
    """The scheduler's round of this number; each duty by itself, so that one that fails holds up no other. Whether there was
    anything to do."""
    seldom = (*(SELDOM if number % 2 == 0 else ()), *(NOW_AND_THEN if number % CLOCK_ROUNDS == 0 else ()))
    found = [_safely(duty) for duty in (*DUTIES, *seldom)]
    return any(found[: len(DUTIES)])


def stand_in() -> None:
    """The scheduler's duties, while no scheduler gives a sign of life."""
    if not is_alive("scheduler"):
        duties()


def _facts(duty: str) -> dict[str, str]:
    """What lines written during a duty say of it."""
    return {"duty": duty}


def _safely(duty: Callable[[], object]) -> object:
    try:
        with About(partial(_facts, duty.__name__)):
            return duty()
    except Exception as error:  # the database is away, or a defect: the next round tries again
        log.warning("%s: %s", duty.__name__, error)
        close_old_connections()
        return None


class SchedulerRounds:
    """The scheduler process's loop."""

    pause = SCHEDULER_PAUSE
    kind = "scheduler"

    def __init__(self) -> None:
        self._end = threading.Event()
        self._next, self._calm = self.pause, 0

    def go(self) -> None:
        """Make rounds until `stop`; a sign of life every few seconds."""
        rounds = 0
        _safely(refresh_zones)
        while not self._end.is_set():
            if rounds % 4 == 0:
                _safely(self._sign)
            self.round(rounds)
            if rounds % SLOW_ROUNDS == 0 and self.kind == "scheduler":
                _safely(forget_old)
                _safely(forget_old_entries)
                _safely(count_rows)
            rounds += 1
            self._end.wait(self._next)

    def stop(self) -> None:
        self._end.set()

    def round(self, number: int) -> None:
        self._calm = 0 if duties(number) else self._calm + 1
        self._next = self.pause if self._calm < CALM_ROUNDS else CALM_PAUSE

    def _sign(self) -> None:
        close_old_connections()
        sign(self.kind)


class WorkerRounds(SchedulerRounds):
    """A worker's loop beside Celery: looks for work that no message told of."""

    pause, busy_pause = WORKER_PAUSE, BUSY_PAUSE
    kind = "worker"

    def round(self, number: int) -> None:
        _safely(self._work)
        _safely(write_counts)
        _safely(stand_in)

    def _work(self) -> None:
        self._next = self.busy_pause if call_up(work) else self.pause
