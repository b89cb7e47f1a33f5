"""API-triggered broadcasts: one trigger in ten seconds, five waiting at most, one audience, queued and processed later.

Facts: https://docs.customer.io/messaging/send/broadcasts/api-triggered/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integrations.customerio.sandbox.http import Answer, Request, app_error
from integrations.customerio.sandbox.world import World

RATE = (1, 10.0)
WAITING = 5
PROCESSED_AFTER = 2
RECIPIENTS = 10_000
AUDIENCES = ("recipients", "ids", "emails", "per_user_data", "data_file_url")


def trigger_broadcast(world: World, request: Request, number: str) -> Answer:
    """Queue a trigger: the audience is taken as it stands, whoever is in it."""
    broadcast = next((row for row in world.data["broadcasts"] if str(row["id"]) == number), None)
    if broadcast is None:
        return app_error(404, "campaign not found")
    body = request.object()
    if body is None:
        return app_error(400, "invalid JSON")
    given = [name for name in AUDIENCES if name in body]
    if len(given) > 1:
        return app_error(422, f"only one of {', '.join(AUDIENCES)} may be given")
    if given and given[0] in ("ids", "emails", "per_user_data"):
        people = body[given[0]]
        if not isinstance(people, list) or len(people) > RECIPIENTS:
            return app_error(422, f"{given[0]} must be a list of at most {RECIPIENTS}")
    if "data" in body and not isinstance(body["data"], dict):
        return app_error(422, "data must be an object")
    if wait := world.pace(f"broadcast:{number}", *RATE):
        return app_error(
            429, "rate limited to 1 requests per 10s (reference sandbox)", {"Retry-After": str(max(1, round(wait)))}
        )
    _process(world)
    if sum(trigger["processed_at"] is None for trigger in world.data["triggers"]) >= WAITING:
        return app_error(429, "too many triggers are waiting")
    trigger = {
        "id": world.next_id("trigger"),
        "broadcast_id": broadcast["id"],
        "created_at": world.now(),
        "processed_at": None,
        "audience": given[0] if given else "default",
        "recipients": len(body[given[0]]) if given and isinstance(body[given[0]], list) else None,
    }
    world.write(lambda: world.data["triggers"].append(trigger))
    return Answer(body={"id": trigger["id"]})


def triggered(world: World, number: str, rest: Sequence[str]) -> Answer:
    """The triggers of a broadcast, one of them, or its errors."""
    _process(world)
    rows = [row for row in world.data["triggers"] if str(row["broadcast_id"]) == number]
    if not rest:
        known = any(str(row["id"]) == number for row in world.data["broadcasts"])
        return (
            Answer(body={"triggers": [_public(row) for row in rows]}) if known else app_error(404, "campaign not found")
        )
    trigger = next((row for row in rows if str(row["id"]) == rest[0]), None)
    if trigger is None or len(rest) > 2 or (len(rest) == 2 and rest[1] != "errors"):
        return app_error(404, "trigger not found")
    return Answer(body={"errors": [], "next": 0}) if len(rest) == 2 else Answer(body=_public(trigger))


def _process(world: World) -> None:
    for trigger in world.data["triggers"]:
        if trigger["processed_at"] is None and trigger["created_at"] + PROCESSED_AFTER <= world.now():
            trigger["processed_at"] = trigger["created_at"] + PROCESSED_AFTER
            world.dirty = True


def _public(trigger: dict[str, Any]) -> dict[str, Any]:
    return {name: trigger[name] for name in ("id", "broadcast_id", "created_at", "processed_at")}
