"""Caps a day (UTC) of a connection: its calls, its broadcast triggers, and the people it sends messages to. The database counts; a
cap is never passed.

Without a cap they are counted too, a moment late: by each process, written down every few calls and by its rounds.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections.models import Connection
from helix.engine.budget.calling import BROADCASTS, Calling, Later, Never
from helix.engine.budget.models import DailyUse
from helix.engine.budget.pausing import WAKE_AGAIN, Standing, wake

CALLS, BROADCAST_TRIGGERS, PEOPLE = "calls", "broadcasts", "people"
WARN_AT = 0.8
WRITE_EVERY = 50
WORDS = {CALLS: "calls", BROADCAST_TRIGGERS: "broadcast triggers", PEOPLE: "people to send to"}
Place = tuple[UUID, date, str]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Use:
    """One row of what a page shows: used of a cap (None: no cap)."""

    kind: str
    used: int
    cap: int | None

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    @property
    def warns(self) -> bool:
        return self.cap is not None and self.used >= self.cap * WARN_AT

    @property
    def full(self) -> bool:
        return self.cap is not None and self.used >= self.cap


class Caps:
    """This process's part of the counting: what it took from a cap and has not used, what it used and has not written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[Place, int] = {}
        self._by_one: set[Place] = set()  # caps so small that nothing of them is kept here
        self._unwritten: dict[Place, int] = {}

    def take(self, calling: Calling, standing: Standing) -> Later | None:
        """Count one call; Later when a cap of today is reached, Never when no day has room for it."""
        today = timezone.now().date()
        calls, broadcasts = (calling.connection_id, today, CALLS), (calling.connection_id, today, BROADCAST_TRIGGERS)
        if calling.people != 0:
            _fits_a_day(calling, standing)
        if calling.limit_class == BROADCASTS and not self._take(broadcasts, standing.daily_broadcasts):
            return _tomorrow(standing, BROADCAST_TRIGGERS, standing.daily_broadcasts)
        if not self._take(calls, standing.daily_calls):
            if calling.limit_class == BROADCASTS:
                self._give_back(broadcasts)
            return _tomorrow(standing, CALLS, standing.daily_calls)
        if calling.people and not self._take_people(calling, standing.daily_people):
            self.give_back(replace(calling, people=0))
            return _tomorrow(standing, PEOPLE, standing.daily_people)
        return None

    def give_back(self, calling: Calling) -> None:
        """The call that was counted is not made, or was refused for certain."""
        today = timezone.now().date()
        self._give_back((calling.connection_id, today, CALLS))
        if calling.limit_class == BROADCASTS:
            self._give_back((calling.connection_id, today, BROADCAST_TRIGGERS))
        self._give_people_back(calling)

    def uncount(self, calling: Calling) -> None:
        """The service refused this call, so nothing was sent: neither its trigger nor its people use up the day's."""
        if calling.limit_class == BROADCASTS:
            self._give_back((calling.connection_id, timezone.now().date(), BROADCAST_TRIGGERS))
        self._give_people_back(calling)

    def _take_people(self, calling: Calling, cap: int | None) -> bool:
        """All of the call's people, or none of them."""
        place, count = (calling.connection_id, timezone.now().date(), PEOPLE), calling.people or 0
        with self._lock:
            if cap is None:
                self._unwritten[place] = self._unwritten.get(place, 0) + count
                return True
            if unwritten := self._unwritten.pop(place, 0):
                _add(place, unwritten)
            taken = _add(place, count, cap)
        _warn(place, cap)
        return taken

    def _give_people_back(self, calling: Calling) -> None:
        place, count = (calling.connection_id, timezone.now().date(), PEOPLE), calling.people or 0
        if not count:
            return
        with self._lock:
            if self._unwritten.get(place, 0) >= count:
                self._unwritten[place] -= count
            else:
                _rows(place).filter(used__gte=count).update(used=F("used") - count)

    def _take(self, place: Place, cap: int | None) -> bool:
        with self._lock:
            if cap is None:
                self._unwritten[place] = self._unwritten.get(place, 0) + 1
                if self._unwritten[place] >= WRITE_EVERY:
                    self._write(place)
                return True
            if self._left.get(place, 0) < 1:
                self._left = {kept: left for kept, left in self._left.items() if kept[1] == place[1]}
                self._by_one = {kept for kept in self._by_one if kept in self._left}
                (self._by_one.add if _handful(cap) == 1 else self._by_one.discard)(place)
                self._left[place] = _reserve(place, cap, self._unwritten.pop(place, 0))
            if self._left[place] < 1:
                return False
            self._left[place] -= 1
            return True

    def _give_back(self, place: Place) -> None:
        with self._lock:
            if self._unwritten.get(place):
                self._unwritten[place] -= 1
            elif place in self._by_one:
                _rows(place).filter(used__gt=0).update(used=F("used") - 1)  # others may need it
            elif place in self._left:
                self._left[place] += 1

    def write(self) -> None:
        """Write down what was counted without a cap; a round's duty."""
        with self._lock:
            for place in list(self._unwritten):
                self._write(place)

    def _write(self, place: Place) -> None:
        if self._unwritten[place] and Connection.objects.filter(pk=place[0]).exists():
            _add(place, self._unwritten[place])
        del self._unwritten[place]


def _rows(place: Place) -> QuerySet[DailyUse]:
    return DailyUse.objects.filter(connection_id=place[0], day=place[1], kind=place[2])


def _add(place: Place, count: int, cap: int | None = None) -> bool:
    """Raise the count, unless it would pass the cap."""
    rows = _rows(place)
    fitting = rows if cap is None else rows.filter(used__lte=cap - count)
    if fitting.update(used=F("used") + count):
        return True
    made = DailyUse(connection_id=place[0], day=place[1], kind=place[2])
    DailyUse.objects.bulk_create([made], ignore_conflicts=True)
    return bool(fitting.update(used=F("used") + count))


def _reserve(place: Place, cap: int, unwritten: int) -> int:
    """Take a handful from the cap, so that not every call of a large one is written; how many."""
    if unwritten:
        _add(place, unwritten)
    handful = _handful(cap)
    taken = handful if _add(place, handful, cap) else 1 if handful > 1 and _add(place, 1, cap) else 0
    _warn(place, cap)
    return taken


def _warn(place: Place, cap: int) -> None:
    if _rows(place).filter(used__gte=cap * WARN_AT, warned=False).update(warned=True):
        log.warning("connection %s: %d %% of today's %s are used", place[0], WARN_AT * 100, WORDS[place[2]])


def _fits_a_day(calling: Calling, standing: Standing) -> None:
    """Never, when the cap on people has no room for this call on any day, or nobody can say how many it reaches."""
    cap, people = standing.daily_people, calling.people
    if cap is None or (people is not None and people <= cap):
        return
    if people is None:
        why = f"“{standing.name}” may send to {cap:,} people a day, and how many this message reaches only the service knows."
        raise Never(why, "Name the people in the step, or have an admin take the cap away under Connections.")
    why = f"This message goes to {people:,} people, and “{standing.name}” may send to {cap:,} a day."
    raise Never(why, "Split the list over several days, or have an admin raise the cap under Connections.")


def _handful(cap: int) -> int:
    return max(1, min(100, cap // 1000))


def _tomorrow(standing: Standing, kind: str, cap: int | None) -> Later:
    now = timezone.now()
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return Later(
        max((midnight - now).total_seconds(), 2.0),
        f"“{standing.name}” has used its {cap} {WORDS[kind]} of today. "
        "It goes on at midnight UTC, or when the cap is raised under Connections.",
    )


def today(connections: Iterable[Connection]) -> dict[UUID, list[Use]]:
    """What each connection has used today."""
    wanted = list(connections)
    found = DailyUse.objects.filter(connection__in=wanted, day=timezone.now().date())
    used = {(row.connection_id, row.kind): row.used for row in found}
    return {
        one.pk: [
            Use(CALLS, used.get((one.pk, CALLS), 0), one.daily_calls),
            Use(BROADCAST_TRIGGERS, used.get((one.pk, BROADCAST_TRIGGERS), 0), one.daily_broadcasts),
            Use(PEOPLE, used.get((one.pk, PEOPLE), 0), one.daily_people),
        ]
        for one in wanted
    }


def near_caps(now: datetime) -> Iterator[tuple[UUID, str]]:
    """Connections that have used four fifths of a cap of today, with words for a person."""
    found: dict[UUID, list[str]] = {}
    for row in DailyUse.objects.filter(day=now.date(), used__gt=0).select_related("connection"):
        cap = cap_of(row.connection, row.kind)
        use = Use(row.kind, row.used, cap)
        if use.warns:
            found.setdefault(row.connection_id, []).append(f"{use.used:,} of {cap:,} {use.words}")
    yield from ((pk, f"Used today: {', '.join(sorted(words))}.") for pk, words in found.items())


def cap_of(connection: Connection, kind: str) -> int | None:
    """The cap a day of this kind."""
    caps = {
        CALLS: connection.daily_calls,
        BROADCAST_TRIGGERS: connection.daily_broadcasts,
        PEOPLE: connection.daily_people,
    }
    return caps[kind]


def set_caps(connection: Connection, *, calls: int | None, broadcasts: int | None, people: int | None = None) -> None:
    """Other caps from now on; steps that waited for the day's end look again."""
    before = _caps_in_words(connection)
    connection.daily_calls, connection.daily_broadcasts, connection.daily_people = calls, broadcasts, people
    connection.wake_at = timezone.now() + WAKE_AGAIN
    with transaction.atomic():
        connection.save(update_fields=["daily_calls", "daily_broadcasts", "daily_people", "wake_at"])
        noted(connection.team_id, Act.CONNECTION_CAPPED, connection, before=before, after=_caps_in_words(connection))
    DailyUse.objects.filter(connection=connection, day=timezone.now().date()).update(warned=False)
    wake(connection)


def _caps_in_words(connection: Connection) -> str:
    caps = {kind: cap_of(connection, kind) for kind in WORDS}
    return ", ".join(f"{kind}: {'no cap' if cap is None else cap}" for kind, cap in caps.items())
