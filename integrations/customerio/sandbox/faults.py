"""Faults on order: statuses, delays, cut and broken answers, for requests that match, so many times."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from integrations.customerio.sandbox.http import Answer, Request

KINDS = ("status", "delay", "reset", "truncate", "garbage", "commit_then_reset")
LONGEST_SECONDS = 120.0
MOST = 100
"""Faults that may be on at once."""
MOST_TIMES = 1_000_000
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]{0,2000}")
OURS = ("content-length", "transfer-encoding", "connection")
"""Headers that the sandbox sets itself."""


@dataclass
class Fault:
    """`method` and `path` are globs, the path as it is sent (undecoded); `times` counts down."""

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        rest = {
            "times": self.times,
            "status": self.status,
            "body": self.body,
            "headers": self.headers,
            "seconds": self.seconds,
        }
        return {"match": {"method": self.method, "path": self.path}, "do": self.kind, **rest}

    def answer(self) -> Answer:
        """The answer of a `status` or `garbage` fault."""
        if self.kind == "garbage":
            return Answer(200, "<html>This is not JSON</html>", {"content-type": "text/html", **self.headers})
        return Answer(self.status, "" if self.body is None else self.body, self.headers)


def read_faults(given: Any) -> list[Fault] | str:
    """The faults of a request's body, or a sentence that says what is wrong with it."""
    if not isinstance(given, list) or len(given) > MOST:
        return f"Send a list of at most {MOST} faults."
    found = []
    for index, one in enumerate(given):
        fault = _read(one) if isinstance(one, dict) else "it must be an object."
        if isinstance(fault, str):
            return f"Fault {index}: {fault}"
        found.append(fault)
    return found


def _read(one: Mapping[str, Any]) -> Fault | str:
    match, headers = ({} if one.get(name) is None else one[name] for name in ("match", "headers"))
    times, status, seconds = one.get("times", 1), one.get("status", 500), one.get("seconds", 0)
    if one.get("do") not in KINDS:
        return f"“do” must be one of {', '.join(KINDS)}."
    if not isinstance(match, dict) or not all(isinstance(match.get(name, "*"), str) for name in ("method", "path")):
        return "“match” must be an object of texts: method, path."
    if not _is_number(times, int) or not 0 <= times <= MOST_TIMES:
        return f"“times” must be a whole number up to {MOST_TIMES}."
    if not _is_number(status, int) or not 200 <= status <= 599:
        return "“status” must be between 200 and 599."
    if not _is_number(seconds, (int, float)) or not 0 <= seconds <= LONGEST_SECONDS:
        return f"“seconds” must be a number up to {LONGEST_SECONDS:g}."
    if not isinstance(headers, dict) or not all(
        NAME.fullmatch(name)
        and name.lower() not in OURS
        and isinstance(value, str | int)
        and VALUE.fullmatch(str(value))
        for name, value in headers.items()
    ):
        return f"“headers” must be an object of texts, without {', '.join(OURS)}."
    kept = {name: str(value) for name, value in headers.items()}
    method, path = match.get("method") or "*", match.get("path") or "*"
    return Fault(
        one["do"], method.upper(), path, times, status, json.loads(json.dumps(one.get("body"))), kept, float(seconds)
    )


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def take(faults: list[Fault], request: Request) -> Fault | None:
    """The first fault that this request meets; it is counted down."""
    for fault in faults:
        if fault.times > 0 and fnmatchcase(request.method, fault.method) and fnmatchcase(request.path, fault.path):
            fault.times -= 1
            return fault
    return None
