"""The Pipelines (CDP) API. Without `X-Strict-Mode: 1` almost anything is answered 200 and, when it is wrong, dropped.

Facts: https://docs.customer.io/integrations/api/cdp/ and https://docs.customer.io/journeys/invalid-api-requests
"""

from __future__ import annotations

import gzip
import json
from functools import partial
from typing import Any

from integrations.customerio.sandbox.auth import PIPELINES_CALLS, in_wrong_region, is_signed
from integrations.customerio.sandbox.http import Answer, Request, pipelines_error
from integrations.customerio.sandbox.world import World

CALL_BYTES = 32_768
BATCH_BYTES = 500_000
NEEDS = {"track": "event", "group": "groupId", "alias": "previousId", "screen": "name"}


class Invalid(Exception):
    """Why a call is not taken."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer(world: World, request: Request) -> Answer:
    """The Pipelines API's answer."""
    call = request.parts[-1]
    if request.method != "POST" or len(request.parts) != 2 or request.parts[0] != "v1" or call not in PIPELINES_CALLS:
        return pipelines_error(404, "not_found", "not found")
    strict = request.headers.get("x-strict-mode") == "1" or world.settings["strict"]
    try:
        if in_wrong_region(request, world) or not is_signed(request, "pipelines"):
            raise Invalid(401, "unauthorized", "the API key is not valid")
        items = _read(request, call)
        for item in items:
            _check(item)
    except Invalid as invalid:
        world.dropped(f"/v1/{call}", invalid.message)
        return pipelines_error(invalid.status, invalid.code, invalid.message) if strict else Answer()
    for item in items:
        if not world.is_repeat(item.get("messageId")):
            world.write(partial(_apply, world, item))
    return Answer()


def _read(request: Request, call: str) -> list[dict[str, Any]]:
    content = request.body
    most = BATCH_BYTES if call == "batch" else CALL_BYTES
    if request.headers.get("content-encoding") == "gzip":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError):
            raise Invalid(400, "invalid_request", "the body is not gzip") from None
    if len(content) > most:
        raise Invalid(400, "payload_too_large", f"the payload exceeds {most} bytes")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid(400, "invalid_request", "the body must be a JSON object")
    if call != "batch":
        return [{**body, "type": call}]
    items = body.get("batch")
    if not isinstance(items, list) or not items:
        raise Invalid(400, "invalid_request", "batch must be a list of calls")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise Invalid(400, "invalid_request", f"batch[{index}] must be an object")
        if len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) > CALL_BYTES:
            raise Invalid(400, "payload_too_large", f"batch[{index}] exceeds {CALL_BYTES} bytes")
    return items


def _check(item: dict[str, Any]) -> None:
    kind = item.get("type")
    if kind not in PIPELINES_CALLS or kind == "batch":
        raise Invalid(400, "invalid_request", "type is not one of the calls")
    if not item.get("userId") and not item.get("anonymousId"):
        raise Invalid(400, "invalid_request", "userId or anonymousId is required")
    for name in ("userId", "anonymousId"):
        if item.get(name) is not None and not isinstance(item[name], str):
            raise Invalid(400, "invalid_request", f"{name} must be a string")
    needed = NEEDS.get(kind)
    if needed and not item.get(needed):
        raise Invalid(400, "invalid_request", f"{needed} is required")
    for name in ("traits", "properties", "context"):
        if item.get(name) is not None and not isinstance(item[name], dict):
            raise Invalid(400, "invalid_request", f"{name} must be an object")


def _apply(world: World, item: dict[str, Any]) -> None:
    kind, who = item["type"], item.get("userId") or item.get("anonymousId")
    fields: dict[str, Any] = {
        name: item[name] for name in ("userId", "anonymousId", "properties", "messageId", "timestamp") if name in item
    }
    if kind == "identify":
        if item.get("userId"):
            world.upsert(item["userId"], dict(item.get("traits") or {}))
    elif kind == "group":
        traits = dict(item.get("traits") or {})
        of_type = str(traits.pop("objectTypeId", "1"))
        group = world.data["groups"].setdefault(
            f"{of_type}/{item['groupId']}",
            {"id": str(item["groupId"]), "type": of_type, "attributes": {}, "people": []},
        )
        group["attributes"] |= traits
        person = world.upsert(item["userId"], {}) if item.get("userId") else None
        if person and person["id"] not in group["people"]:
            group["people"].append(person["id"])
    elif kind == "alias":
        _merge(world, str(item["previousId"]), str(who))
    else:
        if item.get("userId"):
            world.upsert(item["userId"], {})
        world.happened(kind, str(item.get("event") or item.get("name") or ""), fields)


def _merge(world: World, gone: str, kept: str) -> None:
    old = world.find(gone)
    person = world.upsert(kept, {})
    if old is not None and person is not None and old is not person:
        person["attributes"] = old["attributes"] | person["attributes"]
        world.forget(old["id"])
