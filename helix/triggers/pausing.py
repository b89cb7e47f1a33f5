"""The switch that pauses everything of a team, and what waits outside the engine when it is turned back."""

from django.db import transaction
from django.utils import timezone

from helix.engine import pauses
from helix.engine.models import Pause
from helix.teams.models import Team
from helix.triggers.models import TriggerInbox


def pause_everything(team: Team, reason: str = "") -> Pause:
    """Nothing of the team begins or goes on from now on. Deliveries are kept; schedules are accounted for afterwards."""
    return pauses.pause(team, reason)


def resume_everything(team: Team) -> Pause | None:
    """All goes on; what came in meanwhile begins at once. None when nothing was paused."""
    now = timezone.now()
    with transaction.atomic():
        ended = pauses.resume(team, now)
        if ended is not None:
            TriggerInbox.objects.filter(endpoint__team=team, state="new", due_at__gt=now, tries=0).update(due_at=now)
    return ended
