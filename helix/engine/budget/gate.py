"""The door of the budget: `admit` before a call, `report` after it. `unpause` ends a connection's pause."""

import atexit
import math
import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.budget import pausing
from helix.engine.budget.alone import Alone
from helix.engine.budget.bucket import ASKED, GO, OPEN, PROBE, SEEN, Answer
from helix.engine.budget.calling import SHORT, Calling, Later, Reported
from helix.engine.budget.caps import Caps
from helix.engine.budget.leases import AT_ONCE, Leases, shares
from helix.engine.budget.pace import Pace, weight
from helix.engine.budget.pausing import Standing, Standings
from helix.engine.budget.shared import Away, Shared
from helix.engine.budget.slow import Slow
from helix.engine.models import Worker
from helix.engine.outcomes import Trouble
from helix.queue import DEFAULT_BROKER
from integrations.kit.families import ProbeResult

FAILURES = frozenset({"network", "server_error", "bad_answer"})
NOT_MADE = frozenset({"invalid_input", "missing_key", "missing_connection", "given_up"})
ALIVE = timedelta(seconds=15)
COUNT_EVERY_SECONDS = 5.0


class Gate:
    """The budget as this process keeps it. One is enough; tests make their own."""

    def __init__(self, url: str, *, quiet_seconds: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.shared = Shared(url, quiet_seconds=quiet_seconds)
        self.alone = Alone(clock, Processes(clock).count)
        self.standings, self.caps, self.slow, self.leases = Standings(clock), Caps(), Slow(), Leases(clock)
        self._lock = threading.Lock()
        self._succeeded: dict[str, int] = {}
        self._probes: set[str] = set()
        self._was_away = False

    def admit(self, calling: Calling) -> Later | None:
        """None: call now. Never: the call cannot be let through as things stand. Later, reserved: sleep so long, then call. Later, not reserved: nothing is kept; ask again then.
        After None or a reserved Later, `report` how the call ended, made or not."""
        standing = self.standings.of(calling)
        if standing is None:
            return None  # the connection is gone: the call says so
        if standing.pauses(calling.family):
            return pausing.waits_for_mending(standing)
        if (capped := self.caps.take(calling, standing)) is not None:
            return capped
        pace = Pace.of(calling.rate)
        answer = self._ask(calling, pace, self.slow.free_in(calling, pace) if pace.slow else 0.0)
        if answer.code == PROBE:
            with self._lock:
                self._probes.add(calling.place)
        if answer.code not in (GO, PROBE):
            self.caps.give_back(calling)
            return Later(max(answer.wait, math.nextafter(SHORT, 2)), _why(answer.code, calling, standing))
        if pace.slow and not self.slow.take(calling, answer.wait):
            self.caps.give_back(calling)
            return Later(pace.gap, _why("", calling, standing))
        return Later(min(answer.wait, SHORT), _why("", calling, standing)) if answer.wait > AT_ONCE else None

    def report(self, calling: Calling, trouble: Trouble | None) -> Reported:
        """How an admitted call ended. With `wait` in the answer the step shall wait so long and not fail."""
        pace = Pace.of(calling.rate)
        if pace.slow:
            self.slow.ended(calling, pace)
        with self._lock:
            probe = calling.place in self._probes
            self._probes.discard(calling.place)
        if trouble is None:
            self._well(calling, probe)
            return Reported()
        if trouble.kind in NOT_MADE:
            self.caps.give_back(calling)
            if probe:
                self._tell(calling)
            return Reported()
        if not trouble.sent:
            self.caps.uncount(calling)
        if trouble.kind in FAILURES:
            self._tell(calling, failed=True, asked=trouble.retry_after or 0.0)
        elif trouble.kind == "rate_limited":
            self._tell(calling, succeeded=1, asked=trouble.retry_after or 0.0, refused=True)
        else:
            self._well(calling, probe)
            if pausing.is_refusal(calling, trouble):
                reported = pausing.refused(calling, trouble, self.standings.of(calling))
                self.standings.forget(calling.connection_id)
                return reported
        return Reported()

    def _well(self, calling: Calling, probe: bool) -> None:
        """The service works. That is told with the next question, or at once when it closes a circuit."""
        if probe:
            self._tell(calling, succeeded=1)
            return
        with self._lock:
            if len(self._succeeded) > 1000:
                self._succeeded.clear()
            self._succeeded[calling.place] = min(self._succeeded.get(calling.place, 0) + 1, SEEN)

    def _ask(self, calling: Calling, pace: Pace, not_before: float) -> Answer:
        place, flow = calling.place, str(calling.flow_id)
        if not shares(pace):
            return self._ask_for(1, calling, pace, not_before)
        if (taken := self.leases.take(place, flow)) is not None:
            return taken
        with self.leases.asking(place, flow) as asking:
            if (taken := self.leases.take(place, flow)) is not None:
                return taken
            size = self.leases.size(place, flow, pace, asking.waiting)
            answer = self._ask_for(size, calling, pace, not_before)
            if answer.code == GO and not self._was_away:
                self.leases.granted(place, flow, size, answer)
            else:
                self.leases.drop(place)
            return answer

    def _ask_for(self, size: int, calling: Calling, pace: Pace, not_before: float) -> Answer:
        """Ask for so many places; Redis away, for one."""
        place, flow, turns = calling.place, str(calling.flow_id), weight(calling.priority)
        with self._lock:
            succeeded = self._succeeded.pop(place, 0)
        try:
            answer = self.shared.ask(
                place, pace.times(size), flow, turns, succeeded=succeeded, reach=SHORT, not_before=not_before
            )
        except Away:
            self._was_away = True
            return self.alone.ask(place, pace, flow, turns, succeeded=succeeded, reach=SHORT, not_before=not_before)
        self.alone.has_shared = True
        if self._was_away:
            self._was_away = False
            self.alone.forget()
        return answer

    def _tell(
        self, calling: Calling, *, succeeded: int = 0, failed: bool = False, asked: float = 0.0, refused: bool = False
    ) -> None:
        self.leases.drop(calling.place)
        try:
            self.shared.tell(calling.place, succeeded=succeeded, failed=failed, asked=asked, refused=refused)
        except Away:
            self.alone.tell(calling.place, succeeded=succeeded, failed=failed, asked=asked, refused=refused)

    def close(self) -> None:
        self.shared.close()


class Processes:
    """How many worker processes there are, counted every few seconds; the last count while the database is away."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._until, self._count = clock, float("-inf"), 1

    def count(self) -> int:
        if self._clock() >= self._until:
            self._until = self._clock() + COUNT_EVERY_SECONDS
            try:
                alive = Worker.objects.filter(kind="worker", ticked_at__gte=timezone.now() - ALIVE).count()
            except DatabaseError:
                return self._count
            self._count = max(1, alive)
        return self._count


def _why(code: str, calling: Calling, standing: Standing) -> str:
    if code == OPEN:
        return f"Calls through “{standing.name}” kept failing. They rest for a minute; then one call tries for all."
    if code == ASKED:
        return f"The service asked “{standing.name}” to slow down. This call goes on after the pause it asked for."
    rate = calling.rate
    calls = "one call" if rate.calls == 1 else f"{rate.calls} calls"
    return f"The service takes {calls} in {rate.seconds:g} s, for all flows together. This call waits for its turn."


@lru_cache(maxsize=1)
def _gate(pid: int) -> Gate:
    return Gate(settings.HELIX.REDIS_URL or DEFAULT_BROKER)


def gate() -> Gate:
    """This process's gate."""
    return _gate(os.getpid())


def forget_gate() -> None:
    """Close this process's gate; the next call makes another, by the settings as they are then."""
    if _gate.cache_info().currsize:
        gate().close()
        _gate.cache_clear()


atexit.register(forget_gate)


def admit(calling: Calling) -> Later | None:
    """See Gate.admit."""
    return gate().admit(calling)


def enter(calling: Calling) -> Later | None:
    """`admit`, having slept for a place that is near: None means call now, Later give the worker back."""
    later = admit(calling)
    if later is None or not later.reserved:
        return later
    time.sleep(later.seconds)
    return None


def report(calling: Calling, trouble: Trouble | None) -> Reported:
    """See Gate.report."""
    return gate().report(calling, trouble)


def give_up(calling: Calling) -> None:
    """The call that was admitted is not made: the step was taken over, or something of ours failed before the first byte."""
    report(calling, Trouble("given_up", "The call was not made."))


def unpause(connection: Connection) -> bool:
    """See pausing.unpause."""
    ended = pausing.unpause(connection)
    gate().standings.forget(connection.pk)
    return ended


def mended(connection: Connection, results: Iterable[ProbeResult] | None = None) -> bool:
    """End the pause of a connection whose keys were changed, or whose paused key a probe found good; whether there was one.
    Call it after every change of keys and every probe."""
    if connection.paused_at is None:
        return False
    if results is not None:
        paused = connection.paused_family
        tried = [result for result in results if paused in ("", result.family)]
        if not tried or not all(result.ok for result in tried):
            return False
    return unpause(connection)


def write_counts() -> None:
    """See Caps.write; a worker's round."""
    gate().caps.write()
