"""A connection whose key was refused is paused: its steps wait for a person, and go on at once when the key is mended."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.budget.calling import Calling, Later, Reported
from helix.engine.models import StepRun
from helix.engine.outcomes import Trouble
from helix.engine.plans import plan_of
from helix.engine.states import StepState

KNOWN_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 3600.0
"""A paused step looks by itself after so long, or half as long again: it is woken before, when the pause ends."""
UNDER_WAY = timedelta(seconds=35)
"""Refusals so soon after a pause ended may be of calls that began before."""
TRUSTED = timedelta(minutes=10)
"""When a key was found good so lately, a 403 is about this call, not about the key."""
WAKE_AGAIN = timedelta(seconds=3)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """What the budget must know of a connection."""

    name: str
    paused_at: datetime | None
    paused_family: str
    paused_reason: str
    resumed_at: datetime | None
    daily_calls: int | None
    daily_broadcasts: int | None
    daily_people: int | None

    def pauses(self, family: str) -> bool:
        """Whether calls signed by this key family wait. No family: the pause is for all."""
        return self.paused_at is not None and self.paused_family in ("", family)


class Standings:
    """How connections stand, at most a second old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[UUID, tuple[float, Standing | None]] = {}

    def of(self, calling: Calling) -> Standing | None:
        """None when the connection is gone. A pause is looked up anew, since a step that waits for its end was woken by it."""
        known = self._known.get(calling.connection_id)
        stale = known is None or known[0] < self._clock()
        if known is None or stale or (known[1] is not None and known[1].pauses(calling.family)):
            fields = list(Standing.__dataclass_fields__)
            row = Connection.objects.filter(pk=calling.connection_id).values_list(*fields).first()
            standing = None if row is None else Standing(*row)
            with self._lock:
                if len(self._known) > 1000:
                    self._known.clear()
                self._known[calling.connection_id] = (self._clock() + KNOWN_SECONDS, standing)
            return standing
        return known[1]

    def forget(self, connection_id: UUID) -> None:
        with self._lock:
            self._known.pop(connection_id, None)


def waits_for_mending(standing: Standing) -> Later:
    """What a step is told whose connection is paused."""
    return Later(
        LOOK_AGAIN_SECONDS * random.uniform(1, 1.5),
        f"The connection “{standing.name}” is paused: {standing.paused_reason} "
        "Mend its key under Connections and press “Try again”; this step goes on by itself then.",
    )


def is_refusal(calling: Calling, trouble: Trouble) -> bool:
    """Whether the service refused the key. A 403 from anywhere on the web tells nothing of a key, so only a service that is
    known pauses for it."""
    return trouble.status == 401 or (trouble.status == 403 and calling.family != "http")


def refused(calling: Calling, trouble: Trouble, standing: Standing | None) -> Reported:
    """Pause the connection, once; its steps wait. A refusal right after a pause ended is tried again before it counts."""
    if standing is None:
        return Reported()
    since = None if standing.resumed_at is None else timezone.now() - standing.resumed_at
    if since is not None and not standing.pauses(calling.family):
        if since < UNDER_WAY:
            return Reported(
                Later(UNDER_WAY.total_seconds(), "The key was changed a moment ago; this call tries again.")
            )
        if trouble.status == 403 and since < TRUSTED:
            return Reported()
    reason = " ".join(filter(None, (trouble.message, trouble.hint)))
    mine = Connection.objects.filter(pk=calling.connection_id)
    paused = mine.filter(paused_at=None).update(
        paused_at=timezone.now(), paused_family=calling.family, paused_reason=reason, state="refused", notice=reason
    )
    if paused:
        log.warning(
            "connection %s is paused: %s",
            calling.connection_id,
            trouble.message,
            extra={"connection": calling.connection_id},
        )
    else:
        mine.filter(~Q(paused_family__in=("", calling.family)), paused_at__isnull=False).update(paused_family="")
    return Reported(
        waits_for_mending(Standing(standing.name, timezone.now(), "", reason, None, None, None, None)), bool(paused)
    )


def unpause(connection: Connection) -> bool:
    """End the pause, after a probe went well or a key was changed; the steps that waited go on. False when there was none."""
    now = timezone.now()
    ended = Connection.objects.filter(pk=connection.pk, paused_at__isnull=False).update(
        paused_at=None, paused_family="", paused_reason="", resumed_at=now, wake_at=now + WAKE_AGAIN
    )
    if ended:
        wake(connection)
    connection.refresh_from_db()
    return bool(ended)


def wake(connection: Connection) -> int:
    """Let every waiting step of this connection look again now: the scheduler's next round takes it. How many there were."""
    now = timezone.now()
    asleep = StepRun.objects.filter(run__team_id=connection.team_id, state=StepState.WAITING, due_at__gt=now)
    woken = 0
    for version in asleep.order_by().values_list("run__version_id", flat=True).distinct():
        nodes = [key for key, node in plan_of(version).nodes.items() if node.connection == connection.name]
        woken += asleep.filter(run__version_id=version, node__in=nodes).update(due_at=now) if nodes else 0
    return woken


def wake_resumed() -> None:
    """A round's duty: wake once more, a moment after a pause ended or a cap was raised, for steps that were just going to wait."""
    for connection in Connection.objects.filter(wake_at__lte=timezone.now()):
        if Connection.objects.filter(pk=connection.pk, wake_at=connection.wake_at).update(wake_at=None):
            wake(connection)
