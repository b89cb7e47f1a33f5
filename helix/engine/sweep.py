"""Putting right what was left behind: timers that are due, steps whose worker fell silent, runs past their deadline."""

import threading
import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.claim import Held, lease
from helix.engine.models import Run, StepRun
from helix.engine.outcomes import Doubted, Failed, Outcome, Trouble
from helix.engine.pauses import pauses
from helix.engine.plans import plan_of
from helix.engine.probing import PROBES
from helix.engine.record import end_run, record
from helix.engine.segment import Segment
from helix.engine.states import FINAL_RUN_STATES, LIVE_RUN_STATES, RunState, StepState

POISONED_AFTER = 5  # claims without any recorded outcome: the step kills its workers
UNHEARD = timedelta(seconds=3)  # a ready step this old did not hear its bell
AT_ONCE = 500


def wake_due(now: datetime | None = None) -> int:
    """Make waiting steps whose time has come ready, and ring for them; how many there were."""
    now = now or timezone.now()
    due = StepRun.objects.filter(state=StepState.WAITING, due_at__lte=now)
    return wake(set(due.order_by("due_at").values_list("run_id", flat=True)[:AT_ONCE]), due_at__lte=now)


def wake(run_ids: Collection[UUID], **which: object) -> int:
    """Make the waiting steps of these runs ready that `which` picks; how many there were. A run that a worker has locked is
    left for the next round."""
    if not run_ids:
        return 0
    now = timezone.now()
    with transaction.atomic():
        live = Run.objects.filter(pk__in=run_ids, state__in=sorted(LIVE_RUN_STATES)).order_by("pk")
        runs = list(live.select_for_update(skip_locked=True).values_list("pk", flat=True))
        steps = StepRun.objects.filter(run_id__in=runs, state=StepState.WAITING, **which)
        woken = dict(steps.values_list("pk", "run_id"))
        Run.objects.filter(pk__in=set(woken.values())).update(seq=F("seq") + 1, state=RunState.RUNNING)
        StepRun.objects.filter(pk__in=woken).update(
            state=StepState.READY, due_at=now, seq=Subquery(Run.objects.filter(pk=OuterRef("run_id")).values("seq"))
        )
        bell.ring(len(woken))
        for run_id, seq in Run.objects.filter(pk__in=set(woken.values())).values_list("pk", "seq"):
            bell.tell(run_id, seq)
    return len(woken)


def wake_parents() -> int:
    """Wake the steps that wait for a run which they began, once that has ended."""
    ended = Run.objects.filter(parent__state=StepState.WAITING, state__in=sorted(FINAL_RUN_STATES))
    parents = dict(ended.values_list("parent_id", "parent__run_id")[:AT_ONCE])
    return wake(set(parents.values()), pk__in=list(parents))


def ring_for_unheard(now: datetime | None = None) -> None:
    """Ring again for steps that have been ready for a while: their message may be lost."""
    now = now or timezone.now()
    unheard = StepRun.objects.filter(state=StepState.READY, due_at__lte=now - UNHEARD)
    if paused := pauses.teams():
        unheard = unheard.exclude(team__in=paused)
    bell.ring(unheard[:64].count())


def end_overdue(now: datetime | None = None) -> int:
    """End runs that are past their deadline; how many."""
    now = now or timezone.now()
    late = Run.objects.filter(deadline__lte=now, state__in=sorted(LIVE_RUN_STATES))
    if paused := pauses.teams():
        late = late.exclude(team__in=paused)  # their deadlines move on when the pause ends
    return sum(_end_overdue(pk) for pk in list(late.values_list("pk", flat=True)[:AT_ONCE]))


def _end_overdue(pk: UUID) -> bool:
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=pk)
        if run.state in FINAL_RUN_STATES:
            return False
        end_run(run, RunState.TIMED_OUT, "The run did not end in the time that its flow allows.")
        return True


class Watch:
    """Tells a silent worker from a clock that jumped: a lease is taken back only when it has run out by the clock *and* has
    not been renewed for a part of its length by this process's own steady time."""

    def __init__(self) -> None:
        self._seen: dict[UUID, tuple[datetime | None, float]] = {}
        self._lock = threading.Lock()

    def silent(self, leases: dict[UUID, datetime | None]) -> list[UUID]:
        """Which of these steps, whose leases have run out, have been silent for long enough."""
        now, patience = time.monotonic(), lease().total_seconds() / 3
        with self._lock:
            known = self._seen
            self._seen = {
                pk: known[pk] if pk in known and known[pk][0] == until else (until, now) for pk, until in leases.items()
            }
            return [pk for pk, (_, since) in self._seen.items() if now - since >= patience]


watch = Watch()


def take_back_lost(now: datetime | None = None, watch: Watch = watch) -> int:
    """Take steps back whose lease ran out. A repeat that could do harm is left to a person; a step that keeps killing its
    worker fails. Returns how many were taken back."""
    now = now or timezone.now()
    lost = StepRun.objects.filter(state=StepState.RUNNING, lease_until__lt=now).order_by("lease_until")[:AT_ONCE]
    return sum(_take_back(pk, now) for pk in watch.silent(dict(lost.values_list("pk", "lease_until"))))


def _take_back(pk: UUID, now: datetime) -> bool:
    with transaction.atomic():
        step = StepRun.objects.filter(pk=pk).first()
        if step is None:
            return False
        run = Run.objects.select_for_update().get(pk=step.run_id)
        step.refresh_from_db()
        if step.state != StepState.RUNNING or step.lease_until is None or step.lease_until >= now:
            return False
        probed = plan_of(run.version_id).nodes[step.node].type in PROBES
        repeatable = step.sent_at is None or probed
        again = repeatable and step.claims < POISONED_AFTER and run.state not in FINAL_RUN_STATES
        Run.objects.filter(pk=run.pk).update(seq=F("seq") + 1)
        state = {"state": StepState.READY, "due_at": now, "lease_until": None} if again else {}
        StepRun.objects.filter(pk=pk).update(token=F("token") + 1, seq=run.seq + 1, **state)
        if again:
            bell.ring()
            return True
        segment = Segment.of(run.pk)
        row = segment.frame(step.item_key)[step.node]
        record(segment, [(Held(row, row.token, segment), _lost(step))], worker="", room=0)
        return True


def give_back(held: Mapping[UUID, int]) -> int:
    """Give steps (id -> token) back that this process holds and cannot end: those that have sent nothing that must not be
    repeated are ready for others at once, without an attempt counted. How many were."""
    given = 0
    for pk, token in held.items():
        with transaction.atomic():
            step = StepRun.objects.filter(pk=pk, token=token, state=StepState.RUNNING, sent_at=None).first()
            if step is None:
                continue
            Run.objects.select_for_update().get(pk=step.run_id)
            given += StepRun.objects.filter(pk=pk, token=token, state=StepState.RUNNING, sent_at=None).update(
                state=StepState.READY, token=token + 1, due_at=timezone.now(), lease_until=None, claims=F("claims") - 1
            )
            Run.objects.filter(pk=step.run_id).update(seq=F("seq") + 1)
            bell.ring()
    return given


def _lost(step: StepRun) -> Outcome:
    if step.sent_at is not None:
        return Doubted(Trouble("network", "The worker stopped after this call was sent and before its answer came.",
                               "Look in the service whether it arrived, then say so here.", sent=True))  # fmt: skip
    if step.claims >= POISONED_AFTER:
        return Failed(Trouble("poisoned", f"{POISONED_AFTER} workers stopped while they carried this step.",
                              "The step's input is probably too large; look at the worker's log."))  # fmt: skip
    return Failed(Trouble("lost", "The worker stopped while it carried this step, and the run has ended since."))
