"""Cancelling a run: nothing new begins; a call under way is recorded when it ends, and starts nothing."""

from django.db import transaction

from helix.engine.models import Run
from helix.engine.record import end_run
from helix.engine.states import FINAL_RUN_STATES, LIVE_RUN_STATES, RunState
from helix.teams.models import User


def cancel(run: Run, by: User | None) -> bool:
    """Cancel the run, and those that its steps have begun and wait for; False when it had ended already."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.state in FINAL_RUN_STATES:
            return False
        end_run(run, RunState.CANCELLED, f"Cancelled by {by}." if by else "Cancelled.")
    for called in Run.objects.filter(parent__run=run, state__in=sorted(LIVE_RUN_STATES)):
        cancel(called, by)
    return True
