"""The log of requests received: the newest, in memory; keys shown by kind and last four characters only."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.customerio.sandbox.auth import api_of, is_signed
from integrations.customerio.sandbox.http import Answer, Request, read_json

KEPT = 2_000
KEPT_BYTES = 64_000_000
"""Bytes of bodies and answers that are kept in all."""
TEXT = 100_000
"""Characters shown of a body that is no JSON; of JSON larger than `JSON_BYTES`, too."""
JSON_BYTES = 1_000_000
SECRET = ("authorization", "proxy-authorization", "cookie", "x-api-key")


@dataclass
class Entry:
    """A request and what became of it. Without an answer it is under way, or the connection was broken off (`note`)."""

    number: int
    at: str
    request: Request
    status: int | None = None
    content: bytes = b""
    note: str = ""

    @property
    def size(self) -> int:
        return len(self.request.body) + len(self.content)

    def as_json(self) -> dict[str, Any]:
        request, api = self.request, api_of(self.request)
        return {
            "n": self.number,
            "at": self.at,
            "method": request.method,
            "host": request.host,
            "path": request.path,
            "query": dict(request.query),
            "query_string": request.query_string,
            "headers": {name: masked(value) if name in SECRET else value for name, value in request.headers.items()},
            "body": _readable(request.body),
            "api": api,
            "signed": is_signed(request, api),
            "answer": None if self.status is None else {"status": self.status, "body": _readable(self.content)},
            "note": self.note,
        }


class Log:
    def __init__(self) -> None:
        self.count = 0
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    def received(self, request: Request) -> Entry:
        """Write a request down, before anything is done about it."""
        self.count += 1
        entry = Entry(self.count, datetime.now(UTC).isoformat(timespec="milliseconds"), request)
        self._entries.append(entry)
        self._bytes += entry.size
        self._trim()
        return entry

    def answered(self, entry: Entry, answer: Answer | None, note: str = "") -> None:
        """Add how it ended; None when the connection was broken off without an answer."""
        entry.note = note
        if answer is not None:
            entry.status, entry.content = answer.status, answer.content
            self._bytes += len(answer.content)
            self._trim()

    def _trim(self) -> None:
        while len(self._entries) > KEPT or (self._bytes > KEPT_BYTES and len(self._entries) > 1):
            self._bytes -= self._entries.popleft().size

    def since(self, number: int, newest: int = KEPT) -> list[dict[str, Any]]:
        """The entries after this number, oldest first; of them the newest so many."""
        found = [entry for entry in self._entries if entry.number > number]
        return [entry.as_json() for entry in found[max(0, len(found) - newest) :]]

    def clear(self) -> None:
        """Forget the entries. Numbers go on, so that `since` stays right for whoever reads along."""
        self._entries.clear()
        self._bytes = 0


def masked(value: str) -> str:
    """A secret header by its kind and last four characters: `Basic …eHk=`."""
    kind, _, key = value.partition(" ")
    if not key:
        kind, key = "", value
    return f"{kind} …{key[-4:] if len(key) >= 12 else ''}".strip()


def _readable(content: bytes) -> Any:
    found = read_json(content) if len(content) <= JSON_BYTES else None
    return content[: 4 * TEXT].decode("utf-8", "replace")[:TEXT] if found is None else found
