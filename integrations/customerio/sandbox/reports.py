"""What devices and recipients tell without a key: a push was opened, a metric was reached, a person wants no more mail."""

from __future__ import annotations

from typing import Any

from integrations.customerio.sandbox.deliveries import ID, METRICS, find_delivery, reach
from integrations.customerio.sandbox.http import Answer, Request, track_error
from integrations.customerio.sandbox.world import KEPT, World

PUSH = ("opened", "converted", "delivered")


def push_event(world: World, request: Request) -> Answer:
    """https://docs.customer.io/integrations/api/track/ (deprecated): ids that match nothing are no error."""
    return _reported(world, request, "event", PUSH)


def metric(world: World, request: Request) -> Answer:
    """https://docs.customer.io/integrations/api/track/tag/track-events/metrics/"""
    return _reported(world, request, "metric", METRICS)


def _reported(world: World, request: Request, field: str, known: tuple[str, ...]) -> Answer:
    body = request.object
    if body is None:
        return track_error(400, "the body must be a JSON object")
    delivery_id, moment = body.get("delivery_id"), body.get("timestamp")
    if not isinstance(delivery_id, str) or not delivery_id:
        return track_error(400, "delivery_id is required")
    if body.get(field) not in known:
        return track_error(400, f"{field} must be one of {', '.join(known)}")
    if moment is not None and (not isinstance(moment, int) or isinstance(moment, bool)):
        return track_error(400, "timestamp must be a unix timestamp")

    def change() -> None:
        world.data["push_events"].append(body)
        del world.data["push_events"][:-KEPT]
        reach(world.data, delivery_id, body[field], world.now() if moment is None else moment)

    world.write(change)
    return Answer()


def unsubscribe(world: World, request: Request, delivery_id: str) -> Answer:
    """https://docs.customer.io/integrations/api/track/tag/track-customers/unsubscribe/ (false: as Composio says, back again)."""
    body: dict[str, Any] | None = request.object
    if body is None:
        return track_error(400, "the body must be a JSON object")
    if not ID.fullmatch(delivery_id):
        return track_error(400, "delivery_id has a wrong format")
    wanted = body.get("unsubscribe", True)
    if not isinstance(wanted, bool):
        return track_error(400, "unsubscribe must be true or false")

    def change() -> None:
        world.data["unsubscribed"][delivery_id] = wanted
        if len(world.data["unsubscribed"]) > KEPT:
            world.data["unsubscribed"].pop(next(iter(world.data["unsubscribed"])))
        row = find_delivery(world.data, delivery_id)
        cio_id = ((row or {}).get("customer_identifiers") or {}).get("cio_id")
        if who := world.people.rows.get(cio_id or ""):
            who["attributes"]["unsubscribed"] = wanted
        if wanted:
            reach(world.data, delivery_id, "unsubscribed", world.now())

    world.write(change)
    return Answer()
