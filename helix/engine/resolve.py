"""A person's answer about a call whose outcome is unknown: it arrived, send it again, or skip it."""

from typing import Literal

from django.db import transaction
from django.utils import timezone

from helix.engine.decide import View
from helix.engine.models import Run, StepRun
from helix.engine.record import settle_again
from helix.engine.states import FINAL_RUN_STATES, StepState, move
from helix.teams.models import User

Answer = Literal["arrived", "again", "skip"]


def resolve(step: StepRun, answer: Answer, by: User | None) -> bool:
    """Apply the answer; False when the step is not (or no longer) in doubt, or its run has ended and it cannot be sent again."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=step.run_id)
        step = StepRun.objects.get(pk=step.pk)
        over = run.state in FINAL_RUN_STATES
        if step.state != StepState.UNKNOWN or (over and answer == "again"):
            return False
        state = move(step.state, "skipped" if answer == "skip" else answer)
        view = View(state, "next" if state == StepState.SUCCEEDED else "")
        now = timezone.now()
        again = state == StepState.READY
        StepRun.objects.filter(pk=step.pk).update(
            state=state,
            port=view.port,
            token=step.token + 1,
            due_at=now if again else None,
            ended_at=None if again else now,
            sent_at=None,
            output={"data": {}, "error": None, "successful": True} if state == StepState.SUCCEEDED else None,
            explanation=f"{by or 'Someone'} answered “{answer}” at {now:%Y-%m-%d %H:%M} UTC.",
        )
        doubts = StepRun.objects.filter(run=run, state=StepState.UNKNOWN).exists()
        if run.attention and not doubts:
            run.attention = False
            run.save(update_fields=["attention"])
        if not over:
            settle_again(run, step.node, view)
        return True
