"""Requests and answers as the sandbox's parts see them. Garbage in a request never raises here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

DEEPEST = 64
"""Levels of nesting that are taken for JSON; deeper bodies are malformed."""


@dataclass(frozen=True)
class Request:
    """One request. `path` is as it came, undecoded; `parts` are its segments, each decoded by itself."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    query_string: str = ""
    client: str = "127.0.0.1"
    """The address that the connection came from."""

    @cached_property
    def parts(self) -> tuple[str, ...]:
        return tuple(unquote(part, errors="replace") for part in self.path.strip("/").split("/"))

    @cached_property
    def host_name(self) -> str:
        """The host without its port, in lower case."""
        found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:]*)(:[0-9]*)?", self.host.strip())
        return found.group(1).lower().rstrip(".") if found else ""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        return read_json(self.body)

    @property
    def object(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is none."""
        return self.json if isinstance(self.json, dict) else None


@dataclass(frozen=True)
class Answer:
    """`body`: text is sent as it is, anything else as JSON, None as nothing. It may belong to the living workspace: the
    first look at `content` freezes it."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> bytes:
        """The bytes that are sent."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode("utf-8", "replace")
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")


def read_json(text: bytes) -> Any:
    """The text as JSON, or None: also for NaN, numbers beyond a float, and nesting deeper than `DEEPEST`."""
    try:
        found = json.loads(text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return None if text.count(b"[") + text.count(b"{") > DEEPEST and _is_deep(found) else found


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(digits)
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            part
            for outer in level
            if isinstance(outer, dict | list)
            for part in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def whole_number(text: str) -> int | None:
    """The text as a whole number from 0 on; None when it is none (or longer than any that makes sense)."""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else None


def app_error(status: int, detail: str, headers: Mapping[str, str] | None = None, pointer: str = "") -> Answer:
    """An error in the App API's shape; `pointer` names the field of the body."""
    error: dict[str, Any] = {"detail": detail, "status": str(status)}
    if pointer:
        error["source"] = {"pointer": f"/data/attributes/{pointer}"}
    return Answer(status, {"errors": [error]}, headers or {})


NOT_FOUND = app_error(404, "not found (reference sandbox)")
MALFORMED = app_error(400, "bad request (reference sandbox)")


def track_error(status: int, *errors: str) -> Answer:
    """An error in the Track API's shape."""
    return Answer(status, {"meta": {"error": errors[0]} if len(errors) == 1 else {"errors": list(errors)}})


def pipelines_error(status: int, code: str, *messages: str) -> Answer:
    """An error of strict mode, in both shapes that readers look for."""
    return Answer(status, {"code": code, "message": "; ".join(messages), "meta": {"errors": list(messages)}})


async def read_request(scope: dict[str, Any], receive: Any, most_bytes: int) -> Request | None:
    """The request of this scope; None when the caller hung up in the middle of it.

    Of a body larger than `most_bytes` only so much and one byte are kept; the rest is read and forgotten.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")[: most_bytes + 1 - len(body)]
        if not message.get("more_body"):
            break
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query_string = scope["query_string"].decode("latin-1")
    client = scope.get("client")
    return Request(
        method=scope["method"],
        host=headers.get("host", ""),
        path=path.decode("latin-1"),
        query=dict(parse_qsl(query_string, keep_blank_values=True)),
        headers=headers,
        body=bytes(body),
        query_string=query_string,
        client=client[0] if client else "127.0.0.1",
    )
