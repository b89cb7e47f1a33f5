"""Pausing everything of a team: no step of it is claimed and no run begun until somebody lets it go on.

A claim looks at the pauses in its own statement, so a pause holds from its commit on. What a process does besides (going on in a
run, calling threads up, ringing) follows what it read a second ago at most: one small query a second and process, none a step.
A call that is under way when the pause begins is ended and recorded.
"""

import threading
import time
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from helix.audit.actors import actor
from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.bell import bell
from helix.engine.models import Pause, Run, StepRun
from helix.engine.states import LIVE_RUN_STATES, StepState
from helix.teams.models import Team

LOOK_SECONDS = 1.0
MOST_RUNG = 64
NOT_PAUSED_SQL = "(SELECT p.id FROM engine_pause p WHERE p.team_id = s.team_id AND p.ended_at IS NULL LIMIT 1) IS NULL"
"""Of a step `s`: its team goes on. A subquery with a limit stays one look into a small index, whatever else is asked."""


class Pauses:
    """The teams that are paused, as this process read them a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until, self._teams = 0.0, frozenset[UUID]()

    def teams(self) -> frozenset[UUID]:
        """Teams that are paused; looked up once a second."""
        if time.monotonic() >= self._until:
            with self._lock:
                if time.monotonic() >= self._until:
                    found = Pause.objects.filter(ended_at=None).values_list("team_id", flat=True)
                    self._teams = frozenset(found)
                    self._until = time.monotonic() + LOOK_SECONDS
        return self._teams

    def forget(self) -> None:
        """Look again when next asked."""
        self._until = 0.0


pauses = Pauses()


def pause_of(team_id: UUID) -> Pause | None:
    """The team's pause as it is now; None when all goes on."""
    return Pause.objects.filter(team_id=team_id, ended_at=None).first()


def why_paused(team_id: UUID) -> str:
    """A sentence for whoever wants to begin something of a paused team; "" when it is not paused."""
    pause = pause_of(team_id)
    if pause is None:
        return ""
    return f"Everything of this team is paused since {pause.began_at:%Y-%m-%d %H:%M} UTC by {pause.by}. Nothing begins until an admin lets it go on."


def pause(team: Team, reason: str = "") -> Pause:
    """Pause everything of the team; a team that is paused stays as it is."""
    try:
        with transaction.atomic():
            made = Pause.objects.create(
                team=team, began_at=timezone.now(), by=actor().name[:254], reason=reason.replace("\0", "").strip()[:400]
            )
            noted(team.pk, Act.PAUSED, team, after=made.reason)
    except IntegrityError:
        made = Pause.objects.get(team=team, ended_at=None)
    transaction.on_commit(pauses.forget)
    pauses.forget()
    return made


def resume(team: Team, now: datetime | None = None) -> Pause | None:
    """Let everything go on: deadlines move on by the time that was lost, workers are called. None when it was not paused."""
    now = now or timezone.now()
    with transaction.atomic():
        found = Pause.objects.select_for_update().filter(team=team, ended_at=None).first()
        if found is None:
            return None
        found.ended_at = now
        found.save(update_fields=["ended_at"])
        lost = now - found.began_at
        live = Run.objects.filter(team=team, state__in=sorted(LIVE_RUN_STATES), deadline__isnull=False)
        live.update(deadline=F("deadline") + lost)
        noted(team.pk, Act.RESUMED, team, before=f"paused for {lost.total_seconds():.0f} s")
        bell.ring(len(_ready(team)))
    transaction.on_commit(pauses.forget)
    pauses.forget()
    return found


def _ready(team: Team) -> Collection[UUID]:
    return StepRun.objects.filter(team=team, state=StepState.READY).values_list("pk", flat=True)[:MOST_RUNG]
