"""From an answer to the data of a step, or to an error in words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

from pydantic import JsonValue

from integrations.kit.auth import Masker
from integrations.kit.errors import (
    BadAnswer,
    CallError,
    NotFound,
    RateLimited,
    Refused,
    ServerError,
    TooLarge,
    Unauthorized,
)
from integrations.kit.exchange import kept_text
from integrations.kit.refusals import TEXT, read_reasons, retry_after
from integrations.kit.talk import Answer

TEXT_MOST = 1_000_000
_LEFT_OUT = frozenset({"set-cookie", "set-cookie2"})
_JSON = re.compile(r"application/json|text/json|[\w.+-]+/[\w.+-]+\+json", re.IGNORECASE)
_CHARSET = re.compile(
    r"charset\s*=\s*\"?(utf-?(?:8|16|32)(?:[bl]e)?|us-ascii|iso-8859-\d+|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb\w+|big5)\b",
    re.IGNORECASE,
)
DEEPEST = 100


def data(answer: Answer, service: str, mask: Masker) -> dict[str, JsonValue]:
    """Status, headers (without cookies) and body: JSON as it is when the answer says JSON, else text."""
    headers = {name: mask(value) for name, value in answer.headers.items() if name not in _LEFT_OUT}
    return {"status": answer.status, "headers": dict(headers), "body": _masked(_body(answer, service, mask), mask)}


def _body(answer: Answer, service: str, mask: Masker) -> JsonValue:
    kind = answer.headers.get("content-type", "")
    if not answer.body.strip():
        return None if _JSON.match(kind.strip()) else ""
    if _JSON.match(kind.strip()):
        return _json(answer, service, mask)
    try:
        charset = _CHARSET.search(kind)
        text = answer.body.decode(charset[1] if charset else "utf-8").removeprefix("\ufeff")
        if "\x00" in text:
            raise ValueError("binary")
    except (ValueError, LookupError):
        words = f"{service} answered {answer.status} with binary data ({kind.split(';')[0].strip()[:60] or 'of no named kind'}), which a step cannot hold."
        hint = "Ask the service for JSON or text, or for a link to the file."
        raise BadAnswer(words, hint, status=answer.status, sent=True) from None
    if len(answer.body) > TEXT_MOST:
        words = f"{service} answered with {len(answer.body)} bytes of text; a step holds {TEXT_MOST // 1_000_000} MB."
        raise TooLarge(words, "Ask for less, or for JSON.", status=answer.status, sent=True)
    return text


def _json(answer: Answer, service: str, mask: Masker) -> JsonValue:
    try:
        found: JsonValue = json.loads(answer.body.decode("utf-8-sig"), parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # 1e999, half of a pair of surrogates
    except (ValueError, RecursionError):
        seen = kept_text(answer.body[:200], mask)
        words = f"{service} answered {answer.status} and says it is JSON, but it is not: {seen!r}."
        hint = "A proxy or a maintenance page may have answered in its place. Try again later."
        raise BadAnswer(words, hint, status=answer.status, sent=True) from None
    wrong = _unkeepable(found)
    if wrong:
        words = f"{service} answered with JSON that {wrong}, which cannot be kept."
        raise BadAnswer(words, "Ask the service for another form.", status=answer.status, sent=True)
    return found


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _unkeepable(value: JsonValue) -> str:
    """Why no database keeps this, in words; empty when it does."""
    level: list[JsonValue] = [value]
    for _ in range(DEEPEST):
        below: list[JsonValue] = []
        for each in level:
            if isinstance(each, str) and "\x00" in each:
                return "holds the character NUL"
            below += [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
        if not below:
            return ""
        level = below
    return f"is nested more than {DEEPEST} deep"


def _masked(value: JsonValue, mask: Masker) -> JsonValue:
    """The key of the connection blotted out, should the service repeat it."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(name): _masked(part, mask) for name, part in value.items()}
    return [_masked(part, mask) for part in value] if isinstance(value, list) else value


def refusal(answer: Answer, service: str, connection: str | None, mask: Masker) -> CallError:
    """The error for a status that is not well."""
    status, headers = answer.status, answer.headers
    reasons = read_reasons(kept_text(answer.body, mask) or "")
    said = f"{status}: {'; '.join(reasons)[:TEXT]}" if reasons else str(status)
    common: dict[str, Any] = {"status": status, "sent": True, "retry_after": retry_after(headers)}
    if status in (401, 403):
        place = f"Check the key of “{connection}”." if connection else "Choose a connection with a key for this step."
        what = "does not know the caller" if status == 401 else "does not let the caller do this"
        return Unauthorized(f"{service} {what} ({said}).", place, **common)
    if status in (404, 410):
        hint = "Check the address of this step. If this may happen, list the status as one that is well."
        return NotFound(f"{service} has nothing at this address ({said}).", hint, **common)
    if status == 429:
        hint = "Wait and call again. It refused this call, so nothing was done."
        return RateLimited(f"{service} asks to slow down ({said}).", hint, **common)
    if status >= 500 or status == 408:
        hint = "The trouble is theirs. Try again in a while; the step's settings are not the cause."
        return ServerError(f"{service} had trouble answering ({said}).", hint, **common)
    if status < 400:
        hint = "Check the address of this step; list the status as one that is well if it is."
        return Refused(f"{service} answered {status}, which is no success.", hint, **common)
    hint = "Correct what it names in this step; trying again unchanged will be refused again."
    return Refused(f"{service} refused the call ({said}).", hint, **common)


def is_well(status: int, accepted: Collection[int]) -> bool:
    """Whether a status is a success of this step."""
    return 200 <= status < 300 or status in accepted
