"""The sandbox's own door, `/_sandbox/…`: log, faults, state, settings, clock, webhooks. For loopback names only."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.customerio.hooks import EVENTS, sign
from integrations.customerio.sandbox.faults import Fault, read_faults
from integrations.customerio.sandbox.http import Answer, Request
from integrations.customerio.sandbox.log import Log
from integrations.customerio.sandbox.world import SETTINGS, World

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SHOWN = 200


class Control:
    def __init__(self, world: World, log: Log) -> None:
        self.world, self.log = world, log
        self.faults: list[Fault] = []

    def answer(self, request: Request) -> Answer:
        """The answer to a control call; names other than loopback's meet 404, so that no web page can reach it by DNS."""
        if request.host.rsplit(":", 1)[0] not in LOOPBACK or "origin" in request.headers:
            return Answer(404, {"error": "not found"})
        match (request.method, *request.parts[1:]):
            case ("GET", "requests"):
                since = request.query.get("since", "0")
                entries = self.log.since(int(since) if since.isdecimal() else 0)
                return Answer(body={"requests": entries, "next": self.log.count})
            case ("DELETE", "requests"):
                self.log.entries.clear()
                return Answer(204, None)
            case ("GET", "faults"):
                return Answer(body=[fault.as_json() for fault in self.faults if fault.times > 0])
            case ("PUT", "faults"):
                found = read_faults(request.json())
                if isinstance(found, str):
                    return Answer(400, {"error": found})
                self.faults = found
                return Answer(body=[fault.as_json() for fault in found])
            case ("POST", "reset"):
                self.world.reset()
                self.log.entries.clear()
                self.faults = []
                return Answer(204, None)
            case ("PUT", "clock"):
                return self._clock(request)
            case ("PUT", "settings"):
                return self._settings(request)
            case ("GET", "state"):
                return Answer(body=state(self.world))
            case ("POST", "webhooks"):
                return self._webhook(request)
        return Answer(404, {"error": "not found"})

    def _clock(self, request: Request) -> Answer:
        offset = (request.object() or {}).get("offset_seconds")
        if not isinstance(offset, int | float) or isinstance(offset, bool) or abs(offset) > 10**9:
            return Answer(400, {"error": "Send {offset_seconds: number}."})
        self.world.clock_offset = float(offset)
        return Answer(body={"now": self.world.now()})

    def _settings(self, request: Request) -> Answer:
        given = request.object() or {}
        for name, value in given.items():
            if (
                name not in SETTINGS
                or type(value) is not type(SETTINGS[name])
                or (name == "region" and value not in ("us", "eu"))
            ):
                return Answer(400, {"error": f"“{name}” is no setting, or of another type. Settings: {SETTINGS}."})
        self.world.settings |= given
        self.world.dirty = True
        return Answer(body=self.world.settings)

    def _webhook(self, request: Request) -> Answer:
        """Send a signed reporting webhook; blocking, so the server calls this on a thread."""
        given = request.object() or {}
        name = given.get("event") or f"{given.get('object_type')}_{given.get('metric')}"
        url, key = given.get("url"), given.get("key")
        if not isinstance(url, str) or not _is_near(url) or not isinstance(key, str) or name not in EVENTS:
            return Answer(
                400,
                {
                    "error": "Send {url (http, on this machine), key, event}; event is one of Customer.io's, such as email_bounced."
                },
            )
        payload = {**json.loads(json.dumps(EVENTS[name].example)), **(given.get("overrides") or {})}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = self.world.now()
        headers = {
            "Content-Type": "application/json",
            "X-CIO-Timestamp": str(stamp),
            "X-CIO-Signature": sign(key, stamp, body),
        }
        status, text = _post(url, body, headers)
        return Answer(body={"status": status, "answer": text, "payload": payload})


def _is_near(url: str) -> bool:
    """Whether the address is on this machine: the sandbox must not be a way to reach other hosts."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """Post with Customer.io's four seconds; status 0 and a reason when there was no answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, dict(headers)), timeout=4) as answer:
            return answer.status, answer.read(2000).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(2000).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        return 0, str(error)


def state(world: World) -> dict[str, Any]:
    """The workspace as the product's Sandbox page shows it: counts, and the newest of everything."""
    world.settle()
    data = world.data
    lists = {
        "people": list(data["people"].values()),
        "groups": list(data["groups"].values()),
        "segments": [{**segment, "members": len(segment["members"])} for segment in data["segments"]],
        "events": data["events"][::-1],
        "broadcasts": data["broadcasts"],
        "triggers": data["triggers"][::-1],
        "deliveries": data["messages"][::-1],
        "newsletters": data["newsletters"],
        "suppressed": data["suppressed"][::-1],
        "push_events": data["push_events"][::-1],
        "invalid": data["invalid"][::-1],
        "reporting_webhooks": data["reporting_webhooks"],
    }
    counts = {name: len(rows) for name, rows in lists.items()}
    shown = {
        name: rows[-SHOWN:][::-1] if name in ("people", "groups") else rows[:SHOWN] for name, rows in lists.items()
    }
    return {
        "counts": counts,
        "settings": world.settings,
        "now": world.now(),
        "unsubscribed": data["unsubscribed"],
        **shown,
    }
