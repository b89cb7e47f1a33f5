"""Writing down what came of a step: its result, the attempt, the steps that follow and the run's state, in one transaction."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from helix.engine.bell import bell
from helix.engine.claim import Held, claim
from helix.engine.decide import Decision, View, cancel_waiting, decide, settle
from helix.engine.models import Attempt, Run, StepRun
from helix.engine.outcomes import Deferred, Doubted, Failed, Outcome, Stopped, Succeeded
from helix.engine.plans import plan_of
from helix.engine.states import FINAL_RUN_STATES, FINAL_STEP_STATES, RunState, StepState, move

LOST = "lost"


def record(held: Held, outcome: Outcome, *, keep: bool) -> Held | None:
    """Write the outcome down unless the step was taken over meanwhile. With `keep`, one step that became ready is claimed
    for the same worker in the same transaction and returned; the bell is rung for the others."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=held.run.pk)
        step = StepRun.objects.filter(pk=held.step.pk, token=held.token, state=StepState.RUNNING).first()
        if step is None:
            return None
        number = step.attempts_made + 1
        _note_attempt(step, number, outcome)
        if run.state in FINAL_RUN_STATES:
            _write(step, number, outcome, _alone(step, outcome))
            return None
        rows = {row.node: row for row in StepRun.objects.filter(run=run).only("id", "node", "state", "port", "token")}
        before = {node: View(StepState(row.state), row.port) for node, row in rows.items()}
        decision = decide(plan_of(run.version_id), before, step.node, outcome)
        _write(step, number, outcome, decision.changed[step.node])
        spread(rows, decision, except_for=step.node)
        stand(run, decision)
        ready = decision.now(StepState.READY)
        mine = claim(rows[ready[0]].id, rows[ready[0]].token, held.step.worker) if ready and keep else None
        bell.ring(len(ready) - (mine is not None))
        return mine


def _note_attempt(step: StepRun, number: int, outcome: Outcome) -> None:
    trouble = getattr(outcome, "trouble", None)
    word = {Succeeded: "succeeded", Stopped: "succeeded", Failed: "failed", Doubted: "unknown"}.get(
        type(outcome), "retry" if trouble else "waiting"
    )
    now = timezone.now()
    Attempt.objects.create(
        step=step,
        number=number,
        outcome=word,
        started_at=step.claimed_at or now,
        ended_at=now,
        exchanges=list(outcome.told.exchanges),
        error=trouble.as_json() if trouble else None,
    )


def _alone(step: StepRun, outcome: Outcome) -> View:
    """The state of a step whose run has ended already: its result is kept, and nothing follows."""
    event = {Succeeded: "succeeded", Stopped: "succeeded", Doubted: "doubted"}.get(type(outcome), "failed")
    return View(move(step.state, event))


def _write(step: StepRun, number: int, outcome: Outcome, view: View) -> None:
    final = view.state in FINAL_STEP_STATES
    fields: dict[str, Any] = {
        "state": view.state,
        "port": view.port,
        "attempts_made": number,
        "claims": 0,
        "input": outcome.told.input,
        "explanation": outcome.told.explanation,
        "output": envelope(outcome) if final else None,
        "lease_until": None,
        "due_at": outcome.until if isinstance(outcome, Deferred) and not final else None,
        "ended_at": timezone.now() if final else None,
    }
    if not isinstance(outcome, Doubted):
        fields["sent_at"] = None
    StepRun.objects.filter(pk=step.pk).update(**fields)


def envelope(outcome: Outcome) -> dict[str, Any]:
    """A step's output as later steps read it: {data, error, successful}."""
    match outcome:
        case Succeeded(data=data):
            return {"data": data, "error": None, "successful": True}
        case Stopped(message=message):
            return {"data": {"message": message}, "error": None, "successful": True}
        case _:
            return {"data": None, "error": outcome.trouble.as_json() if outcome.trouble else None, "successful": False}


def spread(rows: dict[str, StepRun], decision: Decision, *, except_for: str = "") -> None:
    """Write the new states of the other steps that the decision changes, one statement a state."""
    now = timezone.now()
    for state in (StepState.READY, StepState.SKIPPED, StepState.CANCELLED):
        ids = [rows[node].id for node in decision.now(state) if node != except_for]
        if ids:
            ready = state == StepState.READY
            StepRun.objects.filter(id__in=ids).update(
                state=state, due_at=now if ready else None, ended_at=None if ready else now
            )


def stand(run: Run, decision: Decision) -> None:
    """Write the run's state when it changed; a final one never changes again."""
    attention = run.attention or bool(decision.now(StepState.UNKNOWN))
    if run.state == decision.run and attention == run.attention and not decision.message:
        return
    run.state, run.attention = decision.run, attention
    run.message = decision.message or run.message
    if decision.run in FINAL_RUN_STATES:
        run.ended_at = timezone.now()
    run.save(update_fields=["state", "attention", "message", "ended_at"])


def end_run(run: Run, state: RunState, message: str) -> None:
    """End a live run from outside, under its lock: what has not begun is cancelled, what is under way ends by itself."""
    rows = {row.node: row for row in StepRun.objects.filter(run=run)}
    before = {node: View(StepState(row.state), row.port) for node, row in rows.items()}
    after = dict(before)
    cancel_waiting(after)
    decision = Decision({key: view for key, view in after.items() if view != before[key]}, state, message)
    spread(rows, decision)
    stand(run, decision)


def settle_again(run: Run, node: str, view: View) -> None:
    """Under the run's lock: a person decided about `node`; what follows from that is written down and rung for."""
    rows = {row.node: row for row in StepRun.objects.filter(run=run)}
    before = {key: View(StepState(row.state), row.port) for key, row in rows.items()}
    decision = settle(plan_of(run.version_id), before, {**before, node: view})
    spread(rows, decision, except_for=node)
    stand(run, decision)
    bell.ring(len(decision.now(StepState.READY)))
