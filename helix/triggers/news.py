"""News of ended runs: told to whoever waits for it, at least once, in the order of their ends."""

from datetime import datetime

from helix.engine.models import Run
from helix.engine.pauses import pauses
from helix.engine.sweep import wake_parents
from helix.triggers.failed import tell_of_failure

AT_ONCE = 200


def tell_news(now: datetime | None = None) -> int:
    """Tell of runs whose end was not told yet: wake the steps that called them, begin the flows that listen for failures."""
    untold = Run.objects.filter(news=True)
    if paused := pauses.teams():
        untold = untold.exclude(team__in=paused)
    ended = list(untold.select_related("flow").order_by("ended_at")[:AT_ONCE])
    if not ended:
        return 0
    wake_parents()
    for run in ended:
        tell_of_failure(run)
    Run.objects.filter(pk__in=[run.pk for run in ended]).update(news=False)
    return len(ended)
