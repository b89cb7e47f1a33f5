"""Lists a page at a time: `limit` and `start` in, `next` out. Cursors are opaque and good for the very list they came from."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from integrations.customerio.sandbox.http import Answer, Request, app_error, whole_number

PAGING = ("limit", "start")


def page(rows: Sequence[Any], request: Request, default: int, most: int) -> tuple[list[Any], str] | Answer:
    """The page that the request asks for and the cursor after it ("" at the end), or the refusal."""
    limit = whole_number(request.query.get("limit", str(default)))
    if limit is None or not 1 <= limit <= most:
        return app_error(400, f"limit must be between 1 and {most}")
    of = repr((request.parts, sorted((name, value) for name, value in request.query.items() if name not in PAGING)))
    start = _read(request.query.get("start", ""), of)
    if start is None:
        return app_error(400, "invalid start")
    end = start + limit
    return list(rows[start:end]), _cursor(end, of) if end < len(rows) else ""


def _cursor(at: int, of: str) -> str:
    seal = hashlib.blake2s(f"{at} of {of}".encode("utf-8", "replace"), key=b"sandbox", digest_size=6).hexdigest()
    return base64.urlsafe_b64encode(f"{seal}{at}".encode()).decode().rstrip("=")


def _read(cursor: str, of: str) -> int | None:
    """Where a cursor of this list points to (0 for none given); None for any other text."""
    if not cursor:
        return 0
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[12:].decode("ascii")
    except ValueError:
        return None
    at = whole_number(found)
    return at if at is not None and _cursor(at, of) == cursor else None
