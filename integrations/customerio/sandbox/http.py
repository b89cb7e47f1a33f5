"""Requests and answers as the sandbox's parts see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True)
class Request:
    """One request. `path` is as it came, undecoded; `parts` are its segments, each decoded by itself."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(unquote(part, errors="replace") for part in self.path.strip("/").split("/"))

    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def object(self) -> dict[str, Any] | None:
        """The body as a JSON object, None when it is none."""
        value = self.json()
        return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The body as it is sent: text as it is, anything else as JSON, None as nothing."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")


def app_error(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error in the App API's shape."""
    return Answer(status, {"errors": [{"detail": detail, "status": str(status)}]}, headers or {})


def track_error(status: int, *errors: str) -> Answer:
    """An error in the Track API's shape."""
    return Answer(status, {"meta": {"error": errors[0]} if len(errors) == 1 else {"errors": list(errors)}})


def pipelines_error(status: int, code: str, message: str) -> Answer:
    """An error of strict mode, in both shapes that readers look for."""
    return Answer(status, {"code": code, "message": message, "meta": {"errors": [message]}})


async def read_request(scope: dict[str, Any], receive: Any, most_bytes: int) -> Request | None:
    """The request of this scope; None when its body is larger than `most_bytes`."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most_bytes:
            return None
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    raw = scope.get("raw_path") or scope["path"].encode()
    return Request(
        method=scope["method"],
        host=headers.get("host", ""),
        path=raw.decode("latin-1"),
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=headers,
        body=b"".join(chunks),
    )
