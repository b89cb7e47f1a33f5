"""The App API: reading the workspace, triggering broadcasts, transactional messages.

Facts: https://docs.customer.io/integrations/api/app/
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from integrations.customerio.sandbox.auth import in_wrong_region, is_signed
from integrations.customerio.sandbox.broadcasts import trigger_broadcast, triggered
from integrations.customerio.sandbox.http import Answer, Request, app_error
from integrations.customerio.sandbox.world import World

RATE = (10, 1.0)
LISTS = {
    "snippets": "snippets",
    "collections": "collections",
    "integrations": "integrations",
    "reporting_webhooks": "reporting_webhooks",
}
CHANNELS = ("email", "push", "sms", "whatsapp", "inbox_message", "in_app")
ADDRESSES = ["35.188.196.183", "104.198.177.219"]


def answer(world: World, request: Request) -> Answer:
    """The App API's answer."""
    parts = request.parts
    if parts == ("v1", "info", "ip_addresses") and request.method == "GET":  # public: no key, no rate
        return Answer(body={"ip_addresses": ADDRESSES})
    if in_wrong_region(request, world) or not is_signed(request, "app"):
        return app_error(401, "unauthorized")
    if parts[:2] != ("v1", "send") and (wait := world.pace("app", *RATE)):
        detail = "rate limited to 10 requests per 1s (reference sandbox)"
        return app_error(429, detail, {"Retry-After": str(max(1, round(wait)))})
    if parts[0] != "v1":
        return app_error(404, "not found")
    world.settle()
    return _write(world, request) if request.method != "GET" else _read(world, request)


def _read(world: World, request: Request) -> Answer:
    match request.parts[1:]:
        case ("workspaces",):
            return Answer(body={"workspaces": [{"id": 1, "name": "Sandbox", "messages_sent": 60, "billable_messages_sent": 60,
                                                "people": len(world.data["people"]), "objects": len(world.data["groups"])}]})  # fmt: skip
        case ("segments",):
            return Answer(body={"segments": [_segment(segment) for segment in world.data["segments"]]})
        case ("segments", number):
            segment = _by_id(world.data["segments"], number)
            return Answer(body={"segment": _segment(segment)}) if segment else app_error(404, "segment not found")
        case ("segments", number, "membership"):
            segment = _by_id(world.data["segments"], number)
            return _members(world, request, segment) if segment else app_error(404, "segment not found")
        case ("messages",):
            return _messages(world, request)
        case ("newsletters",):
            return _newsletters(world, request)
        case ("transactional",):
            return Answer(body={"messages": world.data["transactional"]})
        case ("broadcasts",):
            return Answer(body={"broadcasts": world.data["broadcasts"]})
        case (name,) if name in LISTS:
            return Answer(body={name: world.data[LISTS[name]] or None})  # seen live: null instead of an empty list
        case ("broadcasts" | "campaigns", number, "triggers", *rest):
            return triggered(world, number, rest)
    return app_error(404, "not found")


def _write(world: World, request: Request) -> Answer:
    match (request.method, *request.parts[1:]):
        case ("POST", "campaigns", number, "triggers"):
            return trigger_broadcast(world, request, number)
        case ("POST", "reporting_webhooks"):
            return _new_webhook(world, request)
        case ("DELETE", "reporting_webhooks", number):
            kept = [hook for hook in world.data["reporting_webhooks"] if str(hook["id"]) != number]
            world.write(lambda: world.data.update(reporting_webhooks=kept))
            return Answer(204, None)
        case ("POST", "send", channel) if channel in CHANNELS:
            return _send(world, request, channel)
    return app_error(404, "not found")


def _by_id(rows: Sequence[dict[str, Any]], number: str) -> dict[str, Any] | None:
    return next((row for row in rows if str(row["id"]) == number), None)


def _segment(segment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in segment.items() if name != "members"}


def page(rows: Sequence[Any], request: Request, default: int, most: int) -> tuple[list[Any], str] | Answer:
    """The page that `limit` and `start` ask for, and the cursor after it ("" at the end)."""
    limit = request.query.get("limit", str(default))
    if not limit.isdecimal() or not 1 <= int(limit) <= most:
        return app_error(400, f"limit must be between 1 and {most}")
    start, cursor = 0, request.query.get("start", "")
    if cursor:
        try:
            start = int(base64.b64decode(cursor, validate=True))
        except ValueError:
            return app_error(400, "invalid start")
        if not 0 <= start <= len(rows):
            return app_error(400, "invalid start")
    end = start + int(limit)
    return list(rows[start:end]), base64.b64encode(str(end).encode()).decode() if end < len(rows) else ""


def _members(world: World, request: Request, segment: dict[str, Any]) -> Answer:
    found = page(segment["members"], request, 1000, 30_000)
    if isinstance(found, Answer):
        return found
    people = [world.data["people"][member] for member in found[0] if member in world.data["people"]]
    identifiers = [{"email": who["email"], "id": who["id"], "cio_id": who["cio_id"]} for who in people]
    return Answer(
        body={
            "segment_id": segment["id"],
            "ids": [who["id"] for who in people],
            "identifiers": identifiers,
            "next": found[1],
        }
    )


def _messages(world: World, request: Request) -> Answer:
    query, rows = request.query, list(world.data["messages"])
    for name in ("campaign_id", "newsletter_id", "action_id", "type"):
        if name in query:
            rows = [row for row in rows if str(row[name]) == query[name]]
    if "metric" in query:
        rows = [row for row in rows if query["metric"] in row["metrics"]]
    for name in ("start_ts", "end_ts"):
        if not query.get(name, "0").isdecimal():
            return app_error(400, f"{name} must be a unix timestamp")
    first, last = int(query.get("start_ts", 0)), int(query.get("end_ts", world.now() + 1))
    rows = [row for row in rows if first <= row["created"] <= last]
    found = page(rows, request, 50, 1000)
    return found if isinstance(found, Answer) else Answer(body={"messages": found[0], "next": found[1]})


def _newsletters(world: World, request: Request) -> Answer:
    rows = sorted(world.data["newsletters"], key=lambda row: row["id"], reverse=request.query.get("sort") == "desc")
    found = page(rows, request, 50, 1000)
    return found if isinstance(found, Answer) else Answer(body={"newsletters": found[0], "next": found[1]})


def _new_webhook(world: World, request: Request) -> Answer:
    body = request.object() or {}
    if not all(body.get(name) for name in ("name", "endpoint", "events")):
        return app_error(422, "name, endpoint and events are required")
    hook = {
        "id": world.next_id("webhook"),
        "type": "webhook",
        "disabled": False,
        "full_resolution": False,
        "with_content": False,
        **body,
    }
    world.write(lambda: world.data["reporting_webhooks"].append(hook))
    return Answer(body=hook)


def _send(world: World, request: Request, channel: str) -> Answer:
    body = request.object()
    if body is None or not isinstance(body.get("identifiers"), dict) or not body["identifiers"]:
        return Answer(400, {"meta": {"error": "identifiers are required"}})
    number = world.next_id("delivery")
    delivery = {"delivery_id": f"sandbox-{channel}-{number}", "queued_at": world.now()}
    world.write(
        lambda: world.happened(
            "delivery", f"transactional {channel}", {"delivery_id": delivery["delivery_id"], "to": body.get("to")}
        )
    )
    return Answer(body=delivery)
