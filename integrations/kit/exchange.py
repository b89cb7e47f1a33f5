"""One request and its answer, kept for a person to read. Masked on the way in: no key is ever held here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from integrations.kit.auth import MASK

TEXT_BYTES = 64 * 1024
"""The most that is kept of one body."""

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_USERINFO = re.compile(r"://[^/\s\"'@?#]+@")


@dataclass(frozen=True)
class Exchange:
    """What was asked and what was answered. `status` is None when no answer came. Times: ISO 8601 UTC, milliseconds."""

    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str | None
    status: int | None
    response_headers: dict[str, str]
    response_body: str | None
    started_at: str
    duration_ms: int

    def as_json(self) -> dict[str, JsonValue]:
        """The exchange as JSON, under the names of its fields."""
        return {
            "method": self.method,
            "url": self.url,
            "request_headers": dict(self.request_headers),
            "request_body": self.request_body,
            "status": self.status,
            "response_headers": dict(self.response_headers),
            "response_body": self.response_body,
            "started_at": self.started_at,
            "duration_ms": self.duration_ms,
        }


def masked_headers(
    headers: Iterable[tuple[str, str]], mask: Callable[[str], str], more: Collection[str] = ()
) -> dict[str, str]:
    """Headers that a person may see: keys and cookies blotted out, and the values of `more` (names in small letters)."""
    result: dict[str, str] = {}
    for name, value in headers:
        secret = name.lower() in _SECRET_HEADERS or name.lower() in more
        seen = f"{value.split(' ', 1)[0]} {MASK}" if secret and " " in value else MASK
        result[name.lower()] = seen if secret else mask(value)
    return result


def kept_text(body: bytes | None, mask: Callable[[str], str], most: int = TEXT_BYTES) -> str | None:
    """A body as text that a person may see, cut to `most` bytes; cut only after masking, so no half key is left."""
    if body is None:
        return None
    text = without_userinfo(mask(body[: most * 2].decode("utf-8", "replace")))
    if len(body) <= most:
        return text
    return text.encode()[:most].decode("utf-8", "ignore") + f"\n… ({len(body)} bytes in all)"


def without_userinfo(text: str) -> str:
    """Blot out `user:password@` in URLs: webhook addresses carry such passwords."""
    return _USERINFO.sub(f"://{MASK}@", text)
