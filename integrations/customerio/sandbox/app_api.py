"""The App API: who may call and how often, and which part answers. Reading the workspace is here.

Facts: https://docs.customer.io/integrations/api/app/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.customerio.sandbox import broadcasts, segments, transactional
from integrations.customerio.sandbox.auth import in_wrong_region, is_public, is_signed
from integrations.customerio.sandbox.deliveries import METRICS
from integrations.customerio.sandbox.http import MALFORMED, NOT_FOUND, Answer, Request, app_error, whole_number
from integrations.customerio.sandbox.limits import APP, BROADCAST_BYTES, SOFT, Rate
from integrations.customerio.sandbox.pages import page
from integrations.customerio.sandbox.routes import Routes
from integrations.customerio.sandbox.webhooks import SUBSCRIPTIONS
from integrations.customerio.sandbox.world import World

UNDOCUMENTED = ("integrations",)
"""Lists that no official document has: the live API is expected to answer 404."""
ADDRESSES = {"us": ["35.188.196.183", "104.198.177.219"], "eu": ["34.76.143.229", "104.155.37.221"]}
TYPES = ("email", "webhook", "twilio", "whatsapp", "slack", "push", "in_app", "live_notification")
SIX_MONTHS = 183 * 86_400
FLAGS = ("true", "false")


def answer(world: World, request: Request) -> Answer:
    """The App API's answer."""
    if is_public(request):
        return Answer(body={"ip_addresses": ADDRESSES[world.settings["region"]]})
    if in_wrong_region(request, world.settings["region"]) or not is_signed(request, "app"):
        return app_error(401, "unauthorized")
    sends = request.parts[:2] == ("v1", "send")
    wait = world.wait("sends", SOFT, "enforce_soft_rates") if sends else world.wait("app", APP)
    if wait:
        return too_many(SOFT if sends else APP, wait)
    if len(request.body) > BROADCAST_BYTES:
        return app_error(413, "payload too large")
    world.settle()
    return CALLS.answer(world, request) or NOT_FOUND


def too_many(rate: Rate, wait: float) -> Answer:
    """The refusal of a call that came too soon."""
    return app_error(429, rate.words, {"Retry-After": str(max(1, -int(-wait // 1)))})


def _workspaces(world: World, request: Request) -> Answer:
    data = world.data
    sent = {"messages_sent": len(data["messages"]), "billable_messages_sent": len(data["messages"])}
    size = {"people": len(data["people"]), "objects": len(data["groups"])}
    return Answer(body={"workspaces": [{"id": 1, "name": "Sandbox", **sent, **size}]})


def _segments(world: World, request: Request) -> Answer:
    return Answer(body={"segments": [segments.public(segment) for segment in world.data["segments"]]})


def _segment(world: World, request: Request, number: str) -> Answer:
    segment = segments.find_segment(world.data, number)
    return Answer(body={"segment": segments.public(segment)}) if segment else NOT_FOUND


def _transactional(world: World, request: Request) -> Answer:
    return Answer(body={"messages": world.data["transactional"]})


def _broadcasts(world: World, request: Request) -> Answer:
    return Answer(body={"broadcasts": [_without(row, "audience") for row in world.data["broadcasts"]]})


def _list(world: World, request: Request) -> Answer:
    """A whole list, which its path names; null when it is empty, as seen live."""
    name = request.parts[-1]
    if name in UNDOCUMENTED and world.settings["documented_only"]:
        return NOT_FOUND
    return Answer(body={name: world.data[name] or None})


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _members(world: World, request: Request, number: str) -> Answer:
    segment, sort = segments.find_segment(world.data, number), request.query.get("sort", "asc")
    if segment is None:
        return NOT_FOUND
    if sort not in ("asc", "desc"):
        return MALFORMED
    rows = segments.members(world.people, segment)
    found = page(rows if sort == "asc" else rows[::-1], request, 1000, 30_000)
    if isinstance(found, Answer):
        return found
    people, following = found
    identifiers = [{name: who[name] for name in ("email", "id", "cio_id")} for who in people]
    ids = [who["id"] or "" for who in people]
    return Answer(body={"segment_id": segment["id"], "ids": ids, "identifiers": identifiers, "next": following})


def _messages(world: World, request: Request) -> Answer:
    """Deliveries by creation time; a window longer than six months is cut without a word."""
    query = request.query
    numbers = {name: whole_number(query[name]) for name in ("campaign_id", "newsletter_id", "action_id", "start_ts", "end_ts")
               if name in query}  # fmt: skip
    if (
        None in numbers.values()
        or query.get("type", "email") not in TYPES
        or query.get("metric", "sent") not in METRICS
        or not {query.get("drafts", "true"), query.get("get_tracked_responses", "true")} <= set(FLAGS)
    ):
        return MALFORMED
    last = numbers.pop("end_ts", None) or world.now()
    first = max(numbers.pop("start_ts", None) or 0, last - SIX_MONTHS)
    drafts = query.get("drafts") == "true"
    rows = [
        row
        for row in world.data["messages"]
        if first <= row["created"] <= last
        and row["type"] == query.get("type", row["type"])
        and ("metric" not in query or query["metric"] in row["metrics"])
        and bool(row.get("drafted")) is drafts
        and all(row[name] == number for name, number in numbers.items())
    ]
    found = page(rows, request, 50, 1000)
    return (
        found
        if isinstance(found, Answer)
        else Answer(body={"messages": [_without(row, "drafted") for row in found[0]], "next": found[1]})
    )


def _newsletters(world: World, request: Request) -> Answer:
    sort = request.query.get("sort", "asc")
    if sort not in ("asc", "desc"):
        return MALFORMED
    rows: Sequence[Any] = sorted(world.data["newsletters"], key=lambda row: row["id"], reverse=sort == "desc")
    found = page(rows, request, 50, 10**9)  # no maximum is published
    return found if isinstance(found, Answer) else Answer(body={"newsletters": found[0], "next": found[1]})


def _customers(world: World, request: Request) -> Answer:
    """People by e-mail address: https://docs.customer.io/integrations/api/app/tag/customers/getPeopleEmail/"""
    email = request.query.get("email", "")
    if not email:
        return MALFORMED
    who = world.people.of_kind("email", email)
    return Answer(body={"results": [{name: who[name] for name in ("email", "id", "cio_id")}] if who else []})


def _new_webhook(world: World, request: Request) -> Answer:
    """https://docs.customer.io/integrations/api/app/tag/reporting-webhooks/createWebhook/ (the signing key is not told)."""
    body = request.object
    if body is None:
        return MALFORMED
    for name, kind in (("name", str), ("endpoint", str), ("events", list)):
        if not isinstance(body.get(name), kind) or not body[name]:
            return app_error(422, f"{name} is required", pointer=name)
    unknown = [event for event in body["events"] if not isinstance(event, str) or event not in SUBSCRIPTIONS]
    if unknown:
        return app_error(422, "events: unknown event", pointer="events")
    flags = {name: body.get(name) is True for name in ("disabled", "full_resolution", "with_content")}
    named = {name: body[name] for name in ("name", "endpoint", "events")}
    hook = {"id": world.next_id("webhook"), "type": "webhook", **flags, **named}
    world.write(lambda: world.data["reporting_webhooks"].append(hook))
    return Answer(body=hook)


def _drop_webhook(world: World, request: Request, number: str) -> Answer:
    hooks: list[dict[str, Any]] = world.data["reporting_webhooks"]
    hook = next((row for row in hooks if str(row["id"]) == number), None)
    if hook is None:
        return NOT_FOUND
    world.write(lambda: hooks.remove(hook) if hook in hooks else None)
    return Answer(204, None)


CALLS = Routes(
    {
        "GET v1/workspaces": _workspaces,
        "GET v1/segments": _segments,
        "GET v1/segments/*": _segment,
        "GET v1/segments/*/membership": _members,
        "GET v1/messages": _messages,
        "GET v1/newsletters": _newsletters,
        "GET v1/transactional": _transactional,
        "GET v1/snippets": _list,
        "GET v1/collections": _list,
        "GET v1/integrations": _list,
        "GET v1/customers": _customers,
        "GET v1/broadcasts": _broadcasts,
        "GET v1/broadcasts/*/triggers": broadcasts.triggers,
        "GET v1/broadcasts/*/triggers/*": broadcasts.trigger,
        "GET v1/campaigns/*/triggers": broadcasts.triggers,
        "GET v1/campaigns/*/triggers/*": broadcasts.trigger,
        "GET v1/campaigns/*/triggers/*/errors": broadcasts.errors,
        "POST v1/campaigns/*/triggers": broadcasts.trigger_broadcast,
        "GET v1/reporting_webhooks": _list,
        "POST v1/reporting_webhooks": _new_webhook,
        "DELETE v1/reporting_webhooks/*": _drop_webhook,
        "POST v1/send/*": transactional.send,
    }
)
