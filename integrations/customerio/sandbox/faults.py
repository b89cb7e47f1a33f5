"""Faults on order: statuses, delays, cut and broken answers, for requests that match, so many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from integrations.customerio.sandbox.http import Answer, Request

KINDS = ("status", "delay", "reset", "truncate", "garbage", "commit_then_reset")
LONGEST_SECONDS = 120.0


@dataclass
class Fault:
    """`match` holds globs for method and path; `times` counts down."""

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
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
            return Answer(200, "<html>This is not JSON</html>", {"content-type": "text/html"})
        return Answer(self.status, "" if self.body is None else self.body, self.headers)


def read_faults(given: Any) -> list[Fault] | str:
    """The faults of a request's body, or a sentence that says what is wrong with it."""
    if not isinstance(given, list):
        return "Send a list of faults."
    found = []
    for index, one in enumerate(given):
        match = one.get("match", {}) if isinstance(one, dict) else None
        if not isinstance(match, dict) or one.get("do") not in KINDS:
            return f"Fault {index}: “do” must be one of {', '.join(KINDS)}, “match” an object."
        try:
            seconds = min(LONGEST_SECONDS, max(0.0, float(one.get("seconds", 0))))
            times, status = int(one.get("times", 1)), int(one.get("status", 500))
            headers = {str(name): str(value) for name, value in dict(one.get("headers") or {}).items()}
        except (TypeError, ValueError):
            return f"Fault {index}: times, status and seconds must be numbers, headers an object."
        if not 200 <= status <= 599:
            return f"Fault {index}: status must be between 200 and 599."
        found.append(
            Fault(
                one["do"],
                str(match.get("method", "*")),
                str(match.get("path", "*")),
                times,
                status,
                one.get("body"),
                headers,
                seconds,
            )
        )
    return found


def take(faults: list[Fault], request: Request) -> Fault | None:
    """The first fault that this request meets; it is counted down."""
    for fault in faults:
        if (
            fault.times > 0
            and fnmatchcase(request.method, fault.method.upper())
            and fnmatchcase(request.path, fault.path)
        ):
            fault.times -= 1
            return fault
    return None
