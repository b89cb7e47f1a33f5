"""The log of requests received: the newest 2,000, keys shown by kind and last four characters only."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Any

from integrations.customerio.sandbox.http import Answer, Request

KEPT = 2_000
TEXT = 100_000


class Log:
    def __init__(self) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.count = 0

    def add(self, request: Request, answer: Answer | None, note: str = "") -> None:
        """Write a request down; without an answer the connection was broken off."""
        self.count += 1
        body = request.json()
        self.entries.append(
            {
                "n": self.count,
                "at": datetime.now(UTC).isoformat(),
                "method": request.method,
                "host": request.host,
                "path": request.path,
                "query": dict(request.query),
                "headers": {**request.headers, **_shown(request)},
                "body": body if body is not None else request.body[:TEXT].decode("utf-8", "replace"),
                "answer": {"status": answer.status, "body": answer.body} if answer else None,
                "note": note,
            }
        )

    def since(self, number: int) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["n"] > number]


def _shown(request: Request) -> dict[str, str]:
    value = request.headers.get("authorization")
    if not value:
        return {}
    scheme, _, key = value.partition(" ")
    return {"authorization": f"{scheme} …{key[-4:]}"}
