"""Putting right what was left behind: timers that are due, and steps whose worker fell silent."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.claim import Held
from helix.engine.models import StepRun
from helix.engine.outcomes import Doubted, Failed, Trouble
from helix.engine.record import record
from helix.engine.states import StepState

POISONED_AFTER = 5  # claims without any recorded outcome: the step kills its workers
UNHEARD = timedelta(seconds=3)  # a ready step this old did not hear its bell


def wake_due(now: datetime | None = None) -> int:
    """Make waiting steps whose time has come ready, and ring for them; how many there were."""
    now = now or timezone.now()
    with transaction.atomic():
        due = StepRun.objects.filter(state=StepState.WAITING, due_at__lte=now).update(state=StepState.READY, due_at=now)
        bell.ring(due)
    return due


def ring_for_unheard(now: datetime | None = None) -> None:
    """Ring again for steps that have been ready for a while: their message may be lost."""
    now = now or timezone.now()
    with transaction.atomic():
        bell.ring(StepRun.objects.filter(state=StepState.READY, due_at__lte=now - UNHEARD)[:64].count())


def take_back_lost(now: datetime | None = None) -> int:
    """Take steps back whose lease ran out. A repeat that could do harm is left to a person; a step that keeps killing its
    worker fails. Returns how many were taken back."""
    now = now or timezone.now()
    lost = StepRun.objects.filter(state=StepState.RUNNING, lease_until__lt=now).select_related("run")[:200]
    return sum(_take_back(step, now) for step in lost)


def _take_back(step: StepRun, now: datetime) -> bool:
    mine = StepRun.objects.filter(pk=step.pk, token=step.token, state=StepState.RUNNING, lease_until__lt=now)
    if step.sent_at is None and step.claims < POISONED_AFTER:
        with transaction.atomic():
            taken = mine.update(state=StepState.READY, token=F("token") + 1, due_at=now, lease_until=None)
            bell.ring(taken)
            return bool(taken)
    if not mine.update(token=F("token") + 1):
        return False
    held = Held(step, step.token + 1, step.run)
    if step.sent_at is not None:
        trouble = Trouble("network", "The worker stopped after this call was sent and before its answer came.",
                          "Look in Customer.io whether it arrived, then say so here.", sent=True)  # fmt: skip
        record(held, Doubted(trouble), keep=False)
    else:
        trouble = Trouble("poisoned", f"{POISONED_AFTER} workers stopped while they carried this step.",
                          "The step's input is probably too large; look at the worker's log.")  # fmt: skip
        record(held, Failed(trouble), keep=False)
    return True
