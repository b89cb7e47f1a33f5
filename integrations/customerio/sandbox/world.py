"""The state of the sandbox's workspace: plain JSON, changed through a few verbs, saved to a file."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from integrations.customerio.sandbox.seed import workspace

SETTINGS: dict[str, Any] = {"dedupe": True, "lag_ms": 0, "enforce_rates": True, "region": "us", "strict": False}
KEPT = 2_000
"""Events, invalid calls and remembered message ids that are kept, the newest."""


class World:
    """The workspace. `settings`: see docs/sandbox.md."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.data: dict[str, Any] = workspace()
        self.settings = dict(SETTINGS)
        self.clock_offset = 0.0
        self.calls: dict[str, deque[float]] = {}
        self.dirty = False
        self._pending: list[tuple[float, Callable[[], None]]] = []
        if file and file.exists():
            self._load(file)

    def _load(self, file: Path) -> None:
        try:
            kept = json.loads(file.read_text())
        except (OSError, ValueError):
            return  # a file cut off by a crash: begin anew rather than not at all
        if isinstance(kept, dict) and isinstance(kept.get("data"), dict):
            self.data |= kept["data"]
            self.settings |= kept.get("settings", {})

    def save(self) -> None:
        """Write the state to its file, atomically, when it changed."""
        if self.file is None or not self.dirty:
            return
        self.dirty = False
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps({"data": self.data, "settings": self.settings}))
        os.replace(fresh, self.file)

    def reset(self) -> None:
        """The seeded workspace again; settings, clock and rates as at first."""
        self.data, self.settings, self.clock_offset = workspace(), dict(SETTINGS), 0.0
        self.calls.clear()
        self._pending.clear()
        self.dirty = True

    def now(self) -> int:
        """Unix seconds by the sandbox's clock."""
        return int(time.time() + self.clock_offset)

    def write(self, change: Callable[[], None]) -> None:
        """Make a change, at once or when the consistency lag is over."""
        if self.settings["lag_ms"]:
            self._pending.append((time.monotonic() + self.settings["lag_ms"] / 1000, change))
        else:
            change()
            self.dirty = True

    def settle(self, everything: bool = False) -> None:
        """Apply the changes whose lag is over."""
        now = time.monotonic()
        while self._pending and (everything or self._pending[0][0] <= now):
            self._pending.pop(0)[1]()
            self.dirty = True

    def pace(self, key: str, calls: int, seconds: float) -> float:
        """Count a call; 0 when it is within the rate, else the seconds until one will be."""
        now = time.monotonic()
        recent = self.calls.setdefault(key, deque())
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if self.settings["enforce_rates"] and len(recent) >= calls:
            return max(0.001, recent[0] + seconds - now)
        recent.append(now)
        return 0.0

    def is_repeat(self, message_id: Any) -> bool:
        """Whether this message id came before; it is remembered from now on."""
        if not self.settings["dedupe"] or not isinstance(message_id, str) or not message_id:
            return False
        seen: dict[str, int] = self.data["seen"]
        if message_id in seen:
            return True
        seen[message_id] = self.now()
        while len(seen) > KEPT * 5:
            seen.pop(next(iter(seen)))
        return False

    def find(self, identifier: str) -> dict[str, Any] | None:
        """A person by id, e-mail address, or cio_ and the cio_id."""
        people: dict[str, dict[str, Any]] = self.data["people"]
        if identifier in people:
            return people[identifier]
        if identifier.startswith("cio_"):
            return next((who for who in people.values() if who["cio_id"] == identifier[4:]), None)
        return next((who for who in people.values() if who["email"] == identifier), None) if "@" in identifier else None

    def upsert(self, identifier: str, attributes: dict[str, Any]) -> dict[str, Any] | None:
        """Create or update a person; None for a suppressed one."""
        if identifier in self.data["suppressed"]:
            return None
        who = self.find(identifier)
        if who is None:
            number = len(self.data["people"]) + 1
            email = identifier if "@" in identifier else None
            who = {"id": identifier, "email": email, "cio_id": f"a3{number:06x}", "attributes": {}, "devices": []}
            self.data["people"][identifier] = who
        if isinstance(attributes.get("email"), str):
            who["email"] = attributes["email"]
        who["attributes"] |= attributes
        return who

    def forget(self, identifier: str) -> None:
        """Delete a person, their place in segments and groups included."""
        who = self.find(identifier)
        if who is None:
            return
        self.data["people"].pop(who["id"], None)
        for segment in self.data["segments"]:
            segment["members"] = [member for member in segment["members"] if member != who["id"]]
        for group in self.data["groups"].values():
            group["people"] = [member for member in group["people"] if member != who["id"]]

    def happened(self, kind: str, name: str, fields: dict[str, Any]) -> None:
        """Add an event; the newest are kept."""
        self.data["events"].append({"at": self.now(), "type": kind, "name": name, **fields})
        del self.data["events"][:-KEPT]

    def dropped(self, where: str, reason: str) -> None:
        """Note a call that was answered 200 and dropped: Customer.io shows these in the workspace's log only."""
        self.data["invalid"].append({"at": self.now(), "where": where, "reason": reason})
        del self.data["invalid"][:-KEPT]
        self.dirty = True

    def next_id(self, counter: str) -> int:
        self.data["counters"][counter] += 1
        return int(self.data["counters"][counter])
