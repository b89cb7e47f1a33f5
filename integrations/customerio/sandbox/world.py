"""The living workspace: its data, how the sandbox is told to behave, its clock, and writes that may be seen late."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from integrations.customerio.sandbox.happenings import happened
from integrations.customerio.sandbox.limits import Pace, Rate
from integrations.customerio.sandbox.people import People, Person
from integrations.customerio.sandbox.seed import workspace

SETTINGS: dict[str, Any] = {
    "dedupe": True,  # a repeated messageId (Pipelines) or event id (Track) is one event
    "lag_ms": 0,  # how long a read does not see a write
    "enforce_rates": True,  # the hard limits: App API 10 a second, a broadcast in ten seconds
    "enforce_soft_rates": False,  # 3000 in 3 seconds for Track, Pipelines and transactional sends
    "region": "us",  # where the workspace is; the vendor's hosts of the other region refuse it
    "strict": False,  # Pipelines is strict without being asked to
    "processing_seconds": 2,  # how long a triggered broadcast waits
    "documented_only": False,  # calls that no official document has (the list of integrations) are 404
}
"""How the sandbox behaves at first."""
LONGEST = {"lag_ms": 600_000, "processing_seconds": 86_400}
KEPT = 2_000
"""Calls that were dropped, and reports of devices, that are kept."""
REMEMBERED = 20_000
"""Message ids that are remembered."""


class World:
    def __init__(self) -> None:
        self.settings = dict(SETTINGS)
        self.clock_offset = 0.0
        self.pace_of = Pace()
        self.dirty = False
        self._pending: deque[tuple[float, Callable[[], object]]] = deque()
        self.replace(workspace(self.now()))

    def replace(self, data: dict[str, Any]) -> None:
        """Take other data for the workspace's."""
        self.data = data
        self.people = People(data)

    def reset(self) -> None:
        """The seeded workspace again; settings, clock and rates as at first."""
        self.settings, self.clock_offset = dict(SETTINGS), 0.0
        self._pending.clear()
        self.pace_of.clear()
        self.replace(workspace(self.now()))
        self.dirty = True

    def now(self) -> int:
        """Unix seconds by the sandbox's clock."""
        return int(time.time() + self.clock_offset)

    def _moment(self) -> float:
        return time.monotonic() + self.clock_offset

    def write(self, change: Callable[[], object]) -> None:
        """Make a change, at once or when the lag is over; changes keep their order."""
        due = self._moment() + self.settings["lag_ms"] / 1000
        self._pending.append((max(due, self._pending[-1][0]) if self._pending else due, change))
        self.settle()

    def settle(self, everything: bool = False) -> None:
        """Make the changes whose lag is over visible."""
        now = self._moment()
        while self._pending and (everything or self._pending[0][0] <= now):
            self._pending.popleft()[1]()
            self.dirty = True

    def wait(self, key: str, rate: Rate, setting: str = "enforce_rates") -> float:
        """Count a call; 0 when it may pass, else the seconds until one may."""
        return self.pace_of.wait(key, rate, self._moment()) if self.settings[setting] else 0.0

    def is_repeat(self, api: str, message_id: Any) -> bool:
        """Whether this message id came to this API before; it is remembered from now on."""
        if not self.settings["dedupe"] or not isinstance(message_id, str) or not message_id:
            return False
        seen: dict[str, int] = self.data["seen"]
        key = f"{api}:{message_id}"
        if key in seen:
            self.data["counters"]["repeat"] += 1
            return True
        seen[key] = self.now()
        if len(seen) > REMEMBERED:
            seen.pop(next(iter(seen)))
        self.dirty = True
        return False

    def event(self, kind: str, name: str, identifier: str | None, fields: Mapping[str, Any]) -> Person | None:
        """Keep an event of a person (who is created, if new) or of nobody; one of a suppressed person is ignored."""
        who = None
        if identifier is not None and (who := self.people.upsert(identifier)) is None:
            return None
        happened(self.data, self.now(), kind, name, fields)
        return who

    def dropped(self, where: str, reason: str) -> None:
        """Note a call that was answered 200 and dropped: Customer.io shows these in the workspace's log only."""
        self.data["invalid"].append({"at": self.now(), "where": where, "reason": reason})
        del self.data["invalid"][:-KEPT]
        self.dirty = True

    def next_id(self, counter: str) -> int:
        self.data["counters"][counter] += 1
        self.dirty = True
        return int(self.data["counters"][counter])


def setting_fault(name: str, value: Any) -> str:
    """What is wrong with a setting, in words; empty when nothing is."""
    if name not in SETTINGS:
        return f"“{name}” is no setting. There are {', '.join(SETTINGS)}."
    if type(value) is not type(SETTINGS[name]):
        return f"“{name}” must be like {SETTINGS[name]!r}."
    if name == "region" and value not in ("us", "eu"):
        return "“region” must be us or eu."
    if name in LONGEST and not 0 <= value <= LONGEST[name]:
        return f"“{name}” must be between 0 and {LONGEST[name]}."
    return ""
