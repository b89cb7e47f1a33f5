"""Writing down what came of steps: results, attempts, the steps that follow and the run's state, in one commit."""

from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.claim import Held, mark
from helix.engine.ended import ended
from helix.engine.models import Run, StepRun
from helix.engine.outcomes import Outcome
from helix.engine.recording import Recording
from helix.engine.segment import Segment
from helix.engine.states import RunState, StepState
from helix.engine.steps import LOGIC
from helix.engine.steps.moment import Moment
from helix.engine.turnstile import one_writer
from helix.engine.write import write
from helix.tracing.spans import tracing
from integrations.kit.points import reach

JOIN = "logic.join"
LOCK_AFTER = 2
"""Tries after which a worker that was overtaken each time locks the run first."""


def record(segment: Segment, outcomes: list[tuple[Held, Outcome]], *, worker: str, room: int) -> list[Held]:
    """Write the outcomes down, but for those of steps that were taken over meanwhile. Up to `room` of the steps that are
    ready now are claimed for the worker in the same commit and returned; the bell is rung for the others."""
    attempts = [ended(held, outcome) for held, outcome in outcomes]
    tries = 0
    while True:
        with locked(segment) if tries >= LOCK_AFTER else nullcontext():
            if tries:
                segment.reload()
            recording = Recording(segment, timezone.now())
            if not recording.add(attempts):
                return []
            recording.settle()
            held = _joined(recording, _claim_here(recording, worker, room), worker, room)
            if write(segment.run, segment.seq, recording.build(), recording.now):
                break
        tries += 1
    told(recording)
    return held


def told(recording: Recording) -> None:
    """After a commit: outputs are remembered, workers called, and whoever waits for the end of this run."""
    for row, output in recording.outputs:
        recording.segment.keep_output(row, output)
    reach("before_hint")
    bell.ring(recording.waiting_for_a_worker)
    bell.tell(recording.run.id, recording.run.seq)


def end_run(run: Run, state: RunState, message: str) -> None:
    """End a live run from outside, under its lock: what has not begun is cancelled, what is under way ends by itself."""
    now = timezone.now()
    StepRun.objects.filter(run=run, state__in=(StepState.PENDING, StepState.READY, StepState.WAITING)).update(
        state=StepState.CANCELLED, due_at=None, ended_at=now, seq=run.seq + 1
    )
    run.seq, run.state, run.message, run.ended_at = run.seq + 1, state, message, now
    run.news = state != RunState.SUCCEEDED or run.parent_id is not None
    run.save(update_fields=["seq", "state", "message", "ended_at", "news"])
    bell.tell(run.id, run.seq)


class locked:
    """Hold the run's row while looking at it again and writing, where the database locks rows."""

    def __init__(self, segment: Segment) -> None:
        self.segment, self.turn, self.atomic = segment, one_writer(), transaction.atomic()

    def __enter__(self) -> None:
        self.turn.__enter__()
        self.atomic.__enter__()
        Run.objects.select_for_update().only("id").get(pk=self.segment.run.pk)

    def __exit__(self, *reason: Any) -> None:
        self.atomic.__exit__(*reason)
        self.turn.__exit__(*reason)


def _joined(recording: Recording, held: list[Held], worker: str, room: int) -> list[Held]:
    """Carry the joins among these in the same commit: paths that have met need no other, and what follows is claimed instead.
    Not those of a turn that begins in it, nor where each step is watched (samples, tracing)."""
    if recording.run.pinned or tracing.sink is not None:
        return held
    nodes = recording.plan.nodes
    while joins := [each for each in held if nodes[each.step.node].type == JOIN and recording.is_written(each.step)]:
        moment = Moment(recording.now, recording.now)
        recording.add([ended(each, LOGIC[JOIN](nodes[each.step.node], {}, moment)) for each in joins])
        recording.settle()
        held = [each for each in held if each not in joins]
        held += _claim_here(recording, worker, room - len(held))
    return held


def _claim_here(recording: Recording, worker: str, room: int) -> list[Held]:
    """Claim ready steps of the loaded turns for this worker, before they are ever seen as ready by another."""
    ready = recording.ready()
    mine = ready[: max(0, room)]
    for row in mine:
        mark(row, worker, recording.now)
        recording.touch(row)
    recording.waiting_for_a_worker = len(ready) - len(mine)
    run = recording.segment.run
    if mine and run.state == RunState.WAITING:
        run.state = RunState.RUNNING
    return [Held(row, row.token, recording.segment) for row in mine]
