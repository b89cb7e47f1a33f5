"""The Pipelines (CDP) API. Without `X-Strict-Mode: 1` almost anything is answered 200 and, when it is wrong, dropped.

Facts: https://docs.customer.io/integrations/api/cdp/ and https://docs.customer.io/journeys/invalid-api-requests
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from integrations.customerio.sandbox.auth import PIPELINES_CALLS, in_wrong_region, is_signed
from integrations.customerio.sandbox.happenings import adopt, obey
from integrations.customerio.sandbox.http import Answer, Request, pipelines_error, read_json
from integrations.customerio.sandbox.limits import BATCH_BYTES, CALL_BYTES, ID_BYTES, SOFT, attribute_faults, size_of
from integrations.customerio.sandbox.world import KEPT, World

CALLS = tuple(call for call in PIPELINES_CALLS if call != "batch")
WHO = ("userId", "anonymousId")
TEXTS = (*WHO, "groupId", "previousId", "messageId", "event", "name", "category")
OBJECTS = ("traits", "properties", "context", "integrations")
FIELDS = (*WHO, "groupId", "properties", "messageId", "timestamp")


class Refused(Exception):
    """Why a call as a whole is not taken."""

    def __init__(self, status: int, code: str, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.status, self.code, self.messages = status, code, messages


def answer(world: World, request: Request) -> Answer:
    """The Pipelines API's answer."""
    call = request.parts[-1]
    if request.method != "POST" or len(request.parts) != 2 or request.parts[0] != "v1" or call not in PIPELINES_CALLS:
        return pipelines_error(404, "not_found", "not found")
    if world.wait("pipelines", SOFT, "enforce_soft_rates"):
        return pipelines_error(429, "rate_limited", "too many requests")
    strict = request.headers.get("x-strict-mode") == "1" or world.settings["strict"]
    try:
        if in_wrong_region(request, world.settings["region"]) or not is_signed(request, "pipelines"):
            raise Refused(401, "unauthorized", "the API key is not valid")
        items, too_large = _read(request, call)
        faults = {index: fault for index, item in enumerate(items) if (fault := too_large.get(index) or _fault(item))}
        named = [f"batch[{index}]: {fault}" if call == "batch" else fault for index, fault in faults.items()]
        if strict and faults:
            raise Refused(400, "invalid_request", *named[:20])
    except Refused as refused:
        world.dropped(f"/v1/{call}", str(refused))
        return pipelines_error(refused.status, refused.code, *refused.messages) if strict else Answer()
    for words in named:  # permissive: what is right is done, what is wrong is dropped without a word
        world.dropped(f"/v1/{call}", words)
    for index, item in enumerate(items):
        if index not in faults and not world.is_repeat("pipelines", item.get("messageId")):
            world.write(partial(_apply, world, item))
    return Answer()


def _read(request: Request, call: str) -> tuple[list[Any], dict[int, str]]:
    """The calls of a request, as they are, and what is said of those that are too large."""
    most = BATCH_BYTES if call == "batch" else CALL_BYTES
    content = _unpacked(request, most)
    if len(content) > most:
        raise Refused(400, "payload_too_large", f"the payload exceeds {most} bytes")
    body = read_json(content)
    if not isinstance(body, dict):
        raise Refused(400, "invalid_request", "the body must be a JSON object")
    if call != "batch":
        return [{**body, "type": call}], {}
    items = body.get("batch")
    if not isinstance(items, list) or not items:
        raise Refused(400, "invalid_request", "batch must be a list of calls")
    words = f"the call exceeds {CALL_BYTES} bytes"
    too_large = {index: words for index, item in enumerate(items) if size_of(item) > CALL_BYTES}
    if isinstance(shared := body.get("context"), dict):  # a default for calls that have none of their own
        items = [{"context": shared, **item} if isinstance(item, dict) else item for item in items]
    return items, too_large


def _unpacked(request: Request, most: int) -> bytes:
    """The body, decompressed when it is gzip; never much more than `most` bytes of it."""
    if request.headers.get("content-encoding", "").strip().lower() != "gzip":
        return request.body
    try:
        return zlib.decompressobj(31).decompress(request.body, most + 1)
    except zlib.error:
        raise Refused(400, "invalid_request", "the body is not gzip") from None


def _fault(item: Any) -> str:
    """What is wrong with one call, in words; empty when nothing is."""
    if not isinstance(item, dict):
        return "a call must be an object"
    if not isinstance(kind := item.get("type"), str) or kind not in CALLS:
        return f"type must be one of {', '.join(CALLS)}"
    for names, of_type, words in ((TEXTS, str, "text"), (OBJECTS, dict, "an object")):
        for name in names:
            if item.get(name) is not None and not isinstance(item[name], of_type):
                return f"{name} must be {words}"
    if not _is_moment(item.get("timestamp")):
        return "timestamp must be a date and time in ISO 8601"
    missing = [name for name in {"track": ("event",), "group": ("groupId",), "alias": ("userId", "previousId")}.get(kind, ())
               if not str(item.get(name) or "").strip()]  # fmt: skip
    if missing:
        return f"{missing[0]} is required"
    if not any(item.get(name) for name in WHO) and not (kind in ("track", "group") and item.get("groupId")):
        return "userId or anonymousId is required"
    return ""


def _is_moment(value: Any) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _apply(world: World, item: dict[str, Any]) -> None:
    """What a call that was taken does to the workspace; what Journeys then cannot use is dropped there."""
    kind, who, traits = item["type"], item.get("userId") or None, dict(item.get("traits") or {})
    too_large = [name for name in (*WHO, "groupId", "previousId") if size_of(item.get(name) or "") > ID_BYTES]
    if too_large or (kind == "identify" and (too_large := attribute_faults(traits))):
        return world.dropped(f"/v1/{kind}", f"too large: {too_large[0]}")
    if kind == "identify":
        return _identify(world, item, who, traits)
    if kind == "group":
        return _group(world, item, who, traits)
    if kind == "alias":
        return _alias(world, str(who), item["previousId"])
    name = str(item.get("event") or item.get("name") or "").strip()
    if kind != "track" or not obey(world.people, who, name, item):
        fields = {field: item[field] for field in FIELDS if item.get(field) is not None}
        world.event(kind, name, who, fields)
    return None


def _identify(world: World, item: Mapping[str, Any], who: str | None, traits: dict[str, Any]) -> None:
    """A known person is created or updated; an unknown one is kept with what is known until they tell who they are."""
    anonymous, waiting = item.get("anonymousId") or None, world.data["anonymous"]
    if who is None:
        waiting[anonymous] = waiting.pop(anonymous, {}) | traits
        if len(waiting) > KEPT:
            waiting.pop(next(iter(waiting)))
        return
    earlier = waiting.pop(anonymous, {}) if anonymous else {}
    person = world.people.upsert(who, earlier | traits)
    if person is None:
        world.dropped("/v1/identify", f"{who!r} is suppressed")
    elif anonymous:
        adopt(world.data, anonymous, who)


def _group(world: World, item: Mapping[str, Any], who: str | None, traits: dict[str, Any]) -> None:
    of_type, relation = str(traits.pop("objectTypeId", "1")), traits.pop("relationshipAttributes", None)
    group = world.people.group(of_type, item["groupId"], traits)
    person = world.people.upsert(who) if who else None
    if person:
        group["people"][person["cio_id"]] = relation if isinstance(relation, dict) else {}


def _alias(world: World, kept: str, gone: str) -> None:
    """The profile of the one is merged into that of the other; an anonymous id's events are given to them."""
    old, person = world.people.find(gone), world.people.upsert(kept)
    if person is None:
        return world.dropped("/v1/alias", f"{kept!r} is suppressed")
    adopt(world.data, gone, kept)
    if old is not None and old is not person:
        world.people.merge(person, old)
    return None
