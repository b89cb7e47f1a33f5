"""Taking ready steps: one conditional UPDATE decides who has a step, and gives it a lease and a new fencing token."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.engine.states import RunState, StepState


@dataclass(frozen=True)
class Held:
    """A step that this worker holds. Whoever writes to it names the token; another token means it was taken over."""

    step: StepRun
    token: int
    run: Run


def lease() -> timedelta:
    """How long a claimed step is left alone without a sign of life."""
    return timedelta(seconds=settings.HELIX.HELIX_LEASE_SECONDS)


def claim_next(worker: str) -> Held | None:
    """Take the oldest ready step that is due, or return None when there is none or others were faster."""
    with transaction.atomic():
        ready = StepRun.objects.filter(state=StepState.READY, due_at__lte=timezone.now()).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            ready = ready.select_for_update(skip_locked=True)
        step = ready.values("id", "token").first()
        return None if step is None else claim(step["id"], step["token"], worker)


def claim(step_id: UUID, token: int, worker: str) -> Held | None:
    """Take this ready step as last seen with `token`, or return None when another worker was first."""
    now = timezone.now()
    taken = StepRun.objects.filter(id=step_id, state=StepState.READY, token=token).update(
        state=StepState.RUNNING,
        token=token + 1,
        worker=worker,
        lease_until=now + lease(),
        claims=F("claims") + 1,
        due_at=None,
        claimed_at=now,
    )
    if not taken:
        return None
    step = StepRun.objects.select_related("run__flow", "run__version").get(id=step_id)
    if step.started_at is None:
        step.started_at = now
        StepRun.objects.filter(id=step_id).update(started_at=now)
    Run.objects.filter(id=step.run_id, state__in=(RunState.QUEUED, RunState.WAITING)).update(state=RunState.RUNNING)
    if step.run.started_at is None:
        Run.objects.filter(id=step.run_id, started_at=None).update(started_at=now)
    return Held(step, token + 1, step.run)


def renew(held: dict[UUID, int]) -> set[UUID]:
    """Extend the leases of these steps (id -> token); the ids that could not be, since somebody else holds them now."""
    until = timezone.now() + lease()
    return {
        step_id
        for step_id, token in held.items()
        if not StepRun.objects.filter(id=step_id, token=token, state=StepState.RUNNING).update(lease_until=until)
    }
