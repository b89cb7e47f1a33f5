"""Invariants of runs that must hold at any quiet moment: one checker for tests and `manage.py doctor`."""

from django.db.models import Count, Exists, F, OuterRef, Q

from helix.engine.models import Attempt, Run, StepRun
from helix.engine.states import FINAL_RUN_STATES, LIVE_RUN_STATES, LIVE_STEP_STATES, StepState


def broken() -> list[str]:
    """A sentence for each invariant that does not hold; empty when all do."""
    live_step = StepRun.objects.filter(run=OuterRef("pk"), state__in=sorted(LIVE_STEP_STATES - {StepState.PENDING}))
    unended = StepRun.objects.filter(
        run=OuterRef("pk"), state__in=[StepState.PENDING, StepState.READY, StepState.WAITING]
    )
    other_team = ~Q(flow__team=F("team")) | ~Q(version__flow=F("flow"))
    checks = {
        "I2: {} live runs have nothing that could move them": Run.objects.filter(
            state__in=sorted(LIVE_RUN_STATES)
        ).exclude(Exists(live_step)),
        "I3: {} ended runs have steps that may still begin": Run.objects.filter(
            Exists(unended), state__in=sorted(FINAL_RUN_STATES)
        ),
        "I4: {} steps have gaps in their attempts": StepRun.objects.annotate(kept=Count("attempts")).filter(
            ~Q(kept=F("attempts_made"))
        ),
        "I4: {} attempts end before they begin": Attempt.objects.filter(ended_at__lt=F("started_at")),
        "I14: {} runs cross from one team to another": Run.objects.filter(other_team),
    }
    return [sentence.format(count) for sentence, rows in checks.items() if (count := rows.count())]
