"""A person's answer about a call whose outcome is unknown: it arrived, send it again, or skip it."""

from dataclasses import replace
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.decide import View
from helix.engine.models import Run, StepRun
from helix.engine.record import told
from helix.engine.recording import Recording
from helix.engine.segment import Segment
from helix.engine.states import FINAL_RUN_STATES, StepState, move
from helix.engine.write import write
from helix.teams.models import User

Answer = Literal["arrived", "again", "skip"]


def resolve(step: StepRun, answer: Answer, by: User | None, *, alone: bool = True) -> bool:
    """Apply the answer; False when the step is not (or no longer) in doubt, or its run has ended and it cannot be sent again.
    `alone`: it is no part of an action on many runs, which is in the audit log as a whole."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=step.run_id)
        segment, now = Segment.of(step.run_id), timezone.now()
        run, row = segment.run, segment.frame(step.item_key)[step.node]
        over = run.state in FINAL_RUN_STATES
        if row.state != StepState.UNKNOWN or (over and answer == "again"):
            return False
        view = View(move(row.state, "skipped" if answer == "skip" else answer))
        view = replace(view, port="next" if view.state == StepState.SUCCEEDED else "")
        row.token, row.sent_at = row.token + 1, None
        output: dict[str, Any] | None = (
            {"data": {}, "error": None, "successful": True} if view.state == StepState.SUCCEEDED else None
        )
        explanation = f"{by or 'Someone'} answered “{answer}” at {now:%Y-%m-%d %H:%M} UTC."
        recording = Recording(segment, now)
        recording.answer(row, view, output, explanation, given=step.input)
        recording.settle()
        doubts = StepRun.objects.filter(run=run, state=StepState.UNKNOWN).exclude(pk=row.id)
        run.attention = doubts.exists()
        write(run, run.seq, recording.build(), now)
        recording.waiting_for_a_worker = len(recording.ready())
        told(recording)
        if alone:
            noted(run.team_id, Act.DECIDED, run, name=f"{step.node} of {run.flow.name}", before="unknown", after=answer)
        return True
