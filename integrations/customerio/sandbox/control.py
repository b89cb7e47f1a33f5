"""The sandbox's own door, `/_sandbox/…`: log, faults, state, settings, clock, webhooks. For this machine only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

from integrations.customerio.sandbox import broadcasts, segments, webhooks
from integrations.customerio.sandbox.faults import Fault, read_faults
from integrations.customerio.sandbox.http import Answer, Request, whole_number
from integrations.customerio.sandbox.log import KEPT, Log
from integrations.customerio.sandbox.world import World, setting_fault

SHOWN = 200
"""Rows of each list in the state, unless `limit` says otherwise."""
MOST_SHOWN = 10_000
FARTHEST_SECONDS = 10**9
NOT_FOUND = Answer(404, {"error": "not found"})


class Control:
    def __init__(self, world: World, log: Log) -> None:
        self.world, self.log = world, log
        self.faults: list[Fault] = []
        self._orders = 0

    async def answer(self, request: Request) -> Answer:
        """The answer to a control call."""
        if not is_near(request):
            return NOT_FOUND
        match (request.method, *request.parts[1:]):
            case ("GET", "requests"):
                since, newest = (
                    whole_number(request.query.get(name, text)) for name, text in (("since", "0"), ("limit", str(KEPT)))
                )
                if since is None or newest is None:
                    return Answer(400, {"error": "“since” and “limit” must be whole numbers."})
                return Answer(body={"requests": self.log.since(since, newest), "next": self.log.count})
            case ("DELETE", "requests"):
                self.log.clear()
                return Answer(204, None)
            case ("GET", "faults"):
                return Answer(body=[fault.as_json() for fault in self.faults if fault.times > 0])
            case ("PUT", "faults"):
                return self._faults(request)
            case ("POST", "reset"):
                self.world.reset()
                self.log.clear()
                self.faults = []
                return Answer(204, None)
            case ("GET", "clock"):
                return self._told()
            case ("PUT", "clock"):
                return self._clock(request)
            case ("PUT", "settings"):
                return self._settings(request)
            case ("GET", "state"):
                limit = whole_number(request.query.get("limit", str(SHOWN)))
                return Answer(body=state(self.world, min(MOST_SHOWN, SHOWN if limit is None else limit)))
            case ("POST", "webhooks"):
                return await self._webhook(request)
        return NOT_FOUND

    def _faults(self, request: Request) -> Answer:
        found = read_faults(request.json)
        if isinstance(found, str):
            return Answer(400, {"error": found})
        self.faults = found
        return Answer(body=[fault.as_json() for fault in found])

    def _told(self) -> Answer:
        return Answer(body={"now": self.world.now(), "offset_seconds": self.world.clock_offset})

    def _clock(self, request: Request) -> Answer:
        offset = (request.object or {}).get("offset_seconds")
        if not isinstance(offset, int | float) or isinstance(offset, bool) or abs(offset) > FARTHEST_SECONDS:
            return Answer(400, {"error": "Send {offset_seconds: number}: how far the clock is ahead of the real one."})
        self.world.clock_offset = float(offset)
        self.world.dirty = True
        return self._told()

    def _settings(self, request: Request) -> Answer:
        given = request.object
        if given is None:
            return Answer(400, {"error": "Send an object of settings."})
        if wrong := next((fault for name, value in given.items() if (fault := setting_fault(name, value))), ""):
            return Answer(400, {"error": wrong})
        self.world.settings |= given
        self.world.dirty = True
        return Answer(body=self.world.settings)

    async def _webhook(self, request: Request) -> Answer:
        """Send a signed reporting webhook; the receiver is waited for on a thread, so that it may call the sandbox."""
        self._orders += 1
        order = webhooks.read_order(request.object or {}, self.world.now(), self._orders)
        if isinstance(order, str):
            return Answer(400, {"error": order})
        status, text = await asyncio.to_thread(webhooks.post, order)
        return Answer(body={"status": status, "answer": text, "payload": order.payload})


def is_near(request: Request) -> bool:
    """Whether a call comes from this machine and is meant for it: not from elsewhere, not under another name (so that no
    web page reaches it by DNS), and not from a web page at all (they send Origin)."""
    return (
        _is_loopback(request.client) and _is_loopback(request.host_name.strip("[]")) and "origin" not in request.headers
    )


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def state(world: World, limit: int) -> dict[str, Any]:
    """The workspace as readers see it now: counts of everything, and the newest rows of each list, newest first."""
    world.settle()
    broadcasts.process(world)
    data, people = world.data, world.people
    lists: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {
        "people": (_newest(data["people"].values()), _same),
        "groups": (_newest(data["groups"].values()), lambda row: {**row, "people": people.shown(row["people"])}),
        "segments": (data["segments"], lambda row: {**segments.public(row), "members": len(segments.members(people, row))}),
        "events": (_newest(data["events"]), _same),
        "broadcasts": (data["broadcasts"], _same),
        "triggers": (_newest(data["triggers"]), lambda row: {name: value for name, value in row.items() if name != "wanted"}),
        "deliveries": (_newest(data["messages"]), _same),
        "suppressed": (_newest(data["suppressed"]), _same),
        "push_events": (_newest(data["push_events"]), _same),
        "invalid": (_newest(data["invalid"]), _same),
        **{name: (data[name], _same) for name in ("newsletters", "transactional", "snippets", "collections",
                                                  "reporting_webhooks", "integrations")},
    }  # fmt: skip
    counts = {name: len(rows) for name, (rows, _) in lists.items()}
    # Events ever taken, also when the oldest are no longer kept; and those that were repeats.
    counts |= {"events": data["counters"]["event"], "repeats": data["counters"]["repeat"]}
    return {
        "counts": counts,
        "settings": world.settings,
        "now": world.now(),
        "unsubscribed": data["unsubscribed"],
        **{name: [shown(row) for row in rows[:limit]] for name, (rows, shown) in lists.items()},
    }


def _newest(rows: Iterable[Any]) -> list[Any]:
    return list(rows)[::-1]


def _same(row: Any) -> Any:
    return row
