"""From an answer that is not a success to a `CallError` in words: what the service said, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.kit.action import Action
from integrations.kit.auth import Credentials
from integrations.kit.errors import CallError, NotFound, RateLimited, Refused, ServerError, Unauthorized

TEXT = 500
"""Characters kept of a body in no known shape."""
LONGEST_WAIT = 3600.0


def refusal(action: Action, credentials: Credentials, status: int, headers: Mapping[str, str], body: str) -> CallError:
    """The error for a status of 400 or more. `body` is masked already."""
    reasons = read_reasons(body)
    said = f"{status}: {'; '.join(reasons)[:TEXT]}" if reasons else str(status)
    place = f" of “{credentials.name}”" if credentials.name else ""
    region = credentials.region.upper()
    api = action.api
    there = f" ({region} region)" if api.has_regions else ""
    advice = action.advice.get(status) or api.advice.get(status)
    common: dict[str, Any] = {"status": status, "sent": True, "retry_after": retry_after(headers)}
    if status == 401:
        where = f"“{credentials.name}”" if credentials.name else "this connection"
        hint = (
            f"“{action.title}” needs {api.key_words} for the {region} region. Check the key and the region of {where}."
            if api.has_regions
            else f"“{action.title}” needs {api.key_words}. Check the key of {where}."
        )
        return Unauthorized(f"{api.service} refused the key{place} ({said}).", advice or hint, **common)
    if status == 403:
        hint = f"Give {api.key_words} the scope this step needs, or use another key{there}."
        return Unauthorized(f"The key{place} may not do this ({said}).", advice or hint, **common)
    if status in (404, 410):
        named = bool(action.call.path_fields)
        words = "knows nothing by that id" if named else "does not know this call"
        first = "the ids in this step" if named else "the address of the connection"
        hint = f"Check {first}, and that it leads to the workspace of the key{place}{there}."
        return NotFound(f"{api.service} {words} ({said}).", advice or hint, **common)
    if status == 429:
        pace = f"{action.pace.calls} per {action.pace.seconds:g} s"
        hint = f"Wait and call again; this API takes {pace}. It refused this call, so nothing was done."
        return RateLimited(f"{api.service} asks to slow down ({said}).", advice or hint, **common)
    if status >= 500 or status == 408:
        hint = "The trouble is theirs. Try again in a while; the step's settings are not the cause."
        return ServerError(f"{api.service} had trouble answering ({said}).", advice or hint, **common)
    hint = "Correct what it names in this step; trying again unchanged will be refused again."
    return Refused(f"{api.service} refused the call ({said}).", advice or hint, **common)


def read_reasons(body: str) -> list[str]:
    """What an error body says, in any shape Customer.io uses (docs.customer.io/integrations/api); else its first text."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    reasons = list(dict.fromkeys(_reasons(found))) if isinstance(found, dict | list) else []
    if reasons or not body.strip() or (isinstance(found, dict | list) and not found):
        return reasons
    body = body[: 16 * TEXT]
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^<>]*>", " ", body) if "<" in body else body
    text = " ".join(text.split())
    return [text[:TEXT]] if text else []


def _reasons(found: Any) -> Iterator[str]:
    """Every sentence in `errors`, `meta`, `error`, `message`, `detail`, at any of the known depths."""
    if isinstance(found, str):
        if found.strip():
            yield found.strip()
    elif isinstance(found, list):
        for item in found:
            yield from _reasons(item)
    elif isinstance(found, dict):
        text = found.get("detail") or found.get("message") or found.get("reason")
        if isinstance(text, str) and text.strip():
            source = found.get("source")
            place = source.get("pointer") if isinstance(source, dict) else None
            code = found.get("code") if "message" in found else None
            yield text.strip() + (f" (at {place})" if place else "") + (f" [{code}]" if code else "")
        for name in ("errors", "error", "meta"):
            if name != "meta" or text is None:
                yield from _reasons(found.get(name))
        if not text and not any(name in found for name in ("errors", "error", "meta")):
            for name, item in found.items():  # {"field": ["is wrong"]}
                for reason in _reasons(item) if isinstance(item, list | str) else ():
                    yield f"{name}: {reason}"


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, from `Retry-After` in either form (seconds or a date): at most an hour, never negative."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", value, re.ASCII):
        return min(float(value), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None
