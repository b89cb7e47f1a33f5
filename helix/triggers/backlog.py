"""How far a team's work lags behind. Who starts runs by hand or by API is asked to wait rather than to add to a long queue;
deliveries from outside are always kept, and turned into runs when there is room."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.engine.pauses import pauses, why_paused
from helix.engine.states import RunState, StepState

LATE = timedelta(seconds=60)
"""A step that has been ready for longer shows that the workers do not keep up."""
MOST_QUEUED = 100_000
"""Runs of a team that may wait for their first step."""
KEPT_SECONDS = 2.0
PAUSED_SECONDS = 60


@dataclass(frozen=True)
class Lag:
    """Why nothing more should be begun now, and when to ask again."""

    words: str
    seconds: int

    @property
    def advice(self) -> str:
        """What whoever is asked to wait can do."""
        return "" if self.seconds == PAUSED_SECONDS else f"Try again in {self.seconds} s, or start more workers."


_kept: dict[UUID, tuple[float, Lag | None]] = {}
_lock = threading.Lock()


def lag(team_id: UUID) -> Lag | None:
    """The team's lag as it was a moment ago; None when there is room. A team that is paused has none."""
    if team_id in pauses.teams():
        return Lag(why_paused(team_id) or "This team was paused a moment ago.", PAUSED_SECONDS)
    kept = _kept.get(team_id)
    if kept is None or time.monotonic() > kept[0]:
        kept = (time.monotonic() + KEPT_SECONDS, _look(team_id))
        with _lock:
            if len(_kept) > 1000:
                _kept.clear()
            _kept[team_id] = kept
    return kept[1]


def is_full(team_id: UUID) -> bool:
    """Whether so many runs of the team wait that no delivery should become another one now."""
    found = lag(team_id)
    return found is not None and found.seconds >= 60


def _look(team_id: UUID) -> Lag | None:
    queued = Run.objects.filter(team_id=team_id, state=RunState.QUEUED)
    if len(queued.order_by().values_list("pk", flat=True)[:MOST_QUEUED]) >= MOST_QUEUED:
        return Lag(f"{MOST_QUEUED:,} runs of this team wait for their turn already.", 60)
    ready = StepRun.objects.filter(team_id=team_id, state=StepState.READY).order_by("rank", "due_at")
    first = ready.values_list("due_at", flat=True).first()
    late = timezone.now() - first if first else timedelta()
    if late <= LATE:
        return None
    return Lag(f"The workers are {late.total_seconds():.0f} s behind with this team's runs.", 30)
