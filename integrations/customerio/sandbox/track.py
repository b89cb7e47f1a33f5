"""The Track API, version 1: who may call, and people, their events and devices.

Facts: https://docs.customer.io/integrations/api/track/
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from integrations.customerio.sandbox import reports, track_v2
from integrations.customerio.sandbox.auth import in_wrong_region, is_public, is_signed
from integrations.customerio.sandbox.http import Answer, Request, track_error
from integrations.customerio.sandbox.limits import (
    BROADCAST_BYTES,
    ID_BYTES,
    SEGMENT_IDS,
    SOFT,
    attribute_faults,
    size_of,
)
from integrations.customerio.sandbox.people import KINDS
from integrations.customerio.sandbox.profiles import event_fault, identify
from integrations.customerio.sandbox.routes import Routes
from integrations.customerio.sandbox.segments import find_segment
from integrations.customerio.sandbox.world import World

HOSTS = {"us": "track.customer.io", "eu": "track-eu.customer.io"}
NOT_FOUND = track_error(404, "not found")
NOT_JSON = track_error(400, "the body must be a JSON object")


def answer(world: World, request: Request) -> Answer:
    """The Track API's answer. Unsubscribing and reports of devices are public, as the vendor documents them."""
    region = world.settings["region"]
    if not is_public(request):
        if not is_signed(request, "track"):
            return track_error(401, "Unauthorized request")
        if in_wrong_region(request, region):
            if region == "us":
                return track_error(401, "Unauthorized request")
            query = f"?{request.query_string}" if request.query_string else ""
            return Answer(301, None, {"Location": f"https://{HOSTS[region]}{request.path}{query}"})
    if world.wait("track", SOFT, "enforce_soft_rates"):
        return track_error(429, "rate limited")
    if len(request.body) > BROADCAST_BYTES:
        return track_error(413, "payload too large")
    world.settle()
    return CALLS.answer(world, request) or NOT_FOUND


def _region(world: World, request: Request) -> Answer:
    region = world.settings["region"]
    return Answer(body={"url": HOSTS[region], "region": region, "environment_id": 1})


def id_fault(identifier: Any) -> str:
    """What is wrong with an identifier, in words; empty when nothing is."""
    if not isinstance(identifier, str) or not identifier.strip():
        return "the identifier is required"
    return f"the identifier exceeds {ID_BYTES} bytes" if size_of(identifier) > ID_BYTES else ""


def _checked(call: Callable[..., Answer]) -> Callable[..., Answer]:
    """The call, once the identifier in its path may be one."""

    def answer(world: World, request: Request, identifier: str, *more: str) -> Answer:
        fault = id_fault(identifier)
        return track_error(400, fault) if fault else call(world, request, identifier, *more)

    return answer


def _delete(world: World, request: Request, identifier: str) -> Answer:
    def change() -> None:
        if who := world.people.find(identifier):
            world.people.forget(who)

    world.write(change)
    return Answer()


def _suppress(world: World, request: Request, identifier: str) -> Answer:
    """200 also for an identifier that nobody has."""
    world.write(partial(world.people.suppress, identifier))
    return Answer()


def _unsuppress(world: World, request: Request, identifier: str) -> Answer:
    world.write(partial(world.people.unsuppress, identifier))
    return Answer()


def _add_device(world: World, request: Request, identifier: str) -> Answer:
    device = (request.object or {}).get("device")
    token = device.get("id") if isinstance(device, dict) else None
    if not isinstance(token, str) or not token:
        return track_error(400, "device.id is required")

    def change() -> None:
        if who := world.people.upsert(identifier):
            world.people.device(who, token, device)

    world.write(change)
    return Answer()


def _drop_device(world: World, request: Request, identifier: str, token: str) -> Answer:
    def change() -> None:
        if who := world.people.find(identifier):
            world.people.device(who, token, None)

    world.write(change)
    return Answer()


def _identify(world: World, request: Request, identifier: str) -> Answer:
    body = request.object
    if body is None:
        return NOT_JSON
    if faults := attribute_faults({name: value for name, value in body.items() if name != "cio_relationships"}):
        return track_error(400, *faults)
    world.write(lambda: identify(world, identifier, body))
    return Answer()


def _event(world: World, request: Request, identifier: str | None = None) -> Answer:
    body = request.object
    if body is None:
        return NOT_JSON
    if fault := event_fault(body, "data"):
        return track_error(400, fault)
    if not world.is_repeat("track", body.get("id")):
        kind = body["type"] if body.get("type") in ("page", "screen") else "track"
        fields = {"userId": identifier, "anonymousId": body.get("anonymous_id"), "properties": body.get("data") or {}}
        more = {name: body[name] for name in ("id", "timestamp") if name in body}
        world.write(partial(world.event, kind, body["name"].strip(), identifier, fields | more))
    return Answer()


def _merge(world: World, request: Request) -> Answer:
    body, people = request.object or {}, world.people
    named = []
    for role in ("primary", "secondary"):
        found = body.get(role)
        if not isinstance(found, dict) or len(found) != 1 or next(iter(found)) not in KINDS:
            return track_error(400, f"{role} must be one of id, email, cio_id")
        named.append(people.of_kind(*next(iter(found.items()))))
    kept, gone = named
    if kept is None or gone is None or kept is gone:
        return track_error(400, "both people must exist and differ")

    def change() -> None:
        if gone["cio_id"] in people.rows and kept["cio_id"] in people.rows:
            people.merge(kept, gone)

    world.write(change)
    return Answer()


def _membership(world: World, request: Request, number: str) -> Answer:
    adding, segment, ids = (
        request.parts[-1] == "add_customers",
        find_segment(world.data, number),
        (request.object or {}).get("ids"),
    )
    kind = request.query.get("id_type", "id")
    if segment is None or segment["type"] != "manual":
        return track_error(404, "manual segment not found")
    if not isinstance(ids, list) or not 1 <= len(ids) <= SEGMENT_IDS:
        return track_error(400, f"ids must be a list of 1 to {SEGMENT_IDS}")
    if kind not in KINDS:
        return track_error(400, "id_type must be one of id, email, cio_id")

    def change() -> None:
        found = {
            who["cio_id"]: None
            for name in ids
            if isinstance(name, str | int) and (who := world.people.of_kind(kind, name))
        }
        rest = [member for member in segment["members"] if member not in found]
        segment["members"] = rest + list(found) if adding else rest

    world.write(change)
    return Answer()


CALLS = Routes(
    {
        "POST unsubscribe/*": reports.unsubscribe,
        "POST api/v1/push/events": reports.push_event,
        "POST api/v1/metrics": reports.metric,
        "POST api/v2/entity": track_v2.answer,
        "POST api/v2/batch": track_v2.answer,
        "GET api/v1/accounts/region": _region,
        "PUT api/v1/customers/*": _checked(_identify),
        "DELETE api/v1/customers/*": _checked(_delete),
        "POST api/v1/customers/*/events": _checked(_event),
        "POST api/v1/customers/*/suppress": _checked(_suppress),
        "POST api/v1/customers/*/unsuppress": _checked(_unsuppress),
        "PUT api/v1/customers/*/devices": _checked(_add_device),
        "DELETE api/v1/customers/*/devices/*": _checked(_drop_device),
        "POST api/v1/events": _event,
        "POST api/v1/merge_customers": _merge,
        "POST api/v1/segments/*/add_customers": _membership,
        "POST api/v1/segments/*/remove_customers": _membership,
    }
)
