"""The Track API, version 1, and the batch of version 2.

Facts: https://docs.customer.io/integrations/api/track/
"""

from __future__ import annotations

from functools import partial
from typing import Any

from integrations.customerio.sandbox.auth import in_wrong_region, is_signed
from integrations.customerio.sandbox.http import Answer, Request, track_error
from integrations.customerio.sandbox.world import World

ID_BYTES = 150
EVENT_NAME_BYTES = 100
EVENT_BYTES = 100_000
BATCH_BYTES = 500_000


def answer(world: World, request: Request) -> Answer:
    """The Track API's answer. Unsubscribing and push events are public, as the vendor documents them."""
    parts, method = request.parts, request.method
    world.settle()
    if method == "POST" and len(parts) == 2 and parts[0] == "unsubscribe":
        return _unsubscribe(world, request, parts[1])
    if method == "POST" and parts == ("api", "v1", "push", "events"):
        return _report(world, request, "delivery_id", "event")
    if in_wrong_region(request, world) and world.settings["region"] == "eu":
        return Answer(301, None, {"Location": f"https://track-eu.customer.io{request.path}"})
    if in_wrong_region(request, world) or not is_signed(request, "track"):
        return track_error(401, "Unauthorized request")
    if parts[:2] == ("api", "v2") and method == "POST":
        return _v2(world, request, parts[2:])
    if parts[:2] != ("api", "v1"):
        return track_error(404, "not found")
    match (method, *parts[2:]):
        case ("GET", "accounts", "region"):
            region = world.settings["region"]
            host = "track.customer.io" if region == "us" else "track-eu.customer.io"
            return Answer(body={"url": host, "region": region, "environment_id": 1})
        case ("PUT" | "DELETE" | "POST", "customers", identifier, *rest):
            return _customer(world, request, identifier, rest)
        case ("POST", "events"):
            return _event(world, request, None)
        case ("POST", "merge_customers"):
            return _merge(world, request)
        case ("POST", "metrics"):
            return _report(world, request, "delivery_id", "metric")
        case ("POST", "segments", number, "add_customers" | "remove_customers" as act):
            return _membership(world, request, number, act)
    return track_error(404, "not found")


def _customer(world: World, request: Request, identifier: str, rest: list[str]) -> Answer:
    if not identifier.strip() or len(identifier.encode("utf-8", "replace")) > ID_BYTES:
        return track_error(400, f"the identifier must have 1 to {ID_BYTES} bytes")
    body = request.object()
    match (request.method, *rest):
        case ("PUT",):
            if body is None:
                return track_error(400, "invalid JSON")
            world.write(partial(_identify, world, identifier, body))
            return Answer()
        case ("DELETE",):
            world.write(lambda: world.forget(identifier))
            return Answer()
        case ("POST", "events"):
            return _event(world, request, identifier)
        case ("POST", "suppress"):
            world.write(lambda: _suppress(world, identifier))
            return Answer()
        case ("POST", "unsuppress"):
            kept = [name for name in world.data["suppressed"] if name != identifier]
            world.write(lambda: world.data.update(suppressed=kept))
            return Answer()
        case ("PUT", "devices"):
            device = (body or {}).get("device")
            if not isinstance(device, dict) or not device.get("id"):
                return track_error(400, "device.id is required")
            world.write(lambda: _devices(world, identifier, str(device["id"]), device))
            return Answer()
        case ("DELETE", "devices", device_id):
            world.write(lambda: _devices(world, identifier, device_id, None))
            return Answer()
    return track_error(404, "not found")


def _identify(world: World, identifier: str, attributes: dict[str, Any]) -> None:
    world.upsert(identifier, attributes)


def _suppress(world: World, identifier: str) -> None:
    """Accepted for an identifier that nobody has, too."""
    world.forget(identifier)
    if identifier not in world.data["suppressed"]:
        world.data["suppressed"].append(identifier)


def _devices(world: World, identifier: str, device_id: str, device: dict[str, Any] | None) -> None:
    person = world.upsert(identifier, {})
    if person is not None:
        person["devices"] = [known for known in person["devices"] if known["id"] != device_id] + (
            [device] if device else []
        )


def _event(world: World, request: Request, identifier: str | None) -> Answer:
    body = request.object()
    if body is None:
        return track_error(400, "invalid JSON")
    name = body.get("name")
    if not isinstance(name, str) or not name or len(name.encode("utf-8", "replace")) > EVENT_NAME_BYTES:
        return track_error(400, f"name is required, at most {EVENT_NAME_BYTES} bytes")
    if len(request.body) > EVENT_BYTES:
        return track_error(400, f"event data exceeds {EVENT_BYTES} bytes")
    if not world.is_repeat(body.get("id")) and identifier not in world.data["suppressed"]:
        fields = {"userId": identifier, "anonymousId": body.get("anonymous_id"), "properties": body.get("data") or {}}
        world.write(lambda: world.happened("track", name, fields))
    return Answer()


def _merge(world: World, request: Request) -> Answer:
    body = request.object() or {}
    named = []
    for role in ("primary", "secondary"):
        found = body.get(role)
        if not isinstance(found, dict) or len(found) != 1:
            return track_error(400, f"{role} must name one identifier")
        named.append(str(next(iter(found.values()))))
    keep, gone = world.find(named[0]), world.find(named[1])
    if keep is None or gone is None or keep is gone:
        return track_error(400, "both people must exist and differ")

    def merge() -> None:
        keep["attributes"] = gone["attributes"] | keep["attributes"]
        world.forget(gone["id"])

    world.write(merge)
    return Answer()


def _report(world: World, request: Request, *needed: str) -> Answer:
    """A metric of a delivery, reported from a device."""
    body = request.object()
    if body is None or not all(body.get(name) for name in needed):
        return track_error(400, f"{' and '.join(needed)} are required")
    world.write(lambda: world.data["push_events"].append(body))
    return Answer()


def _unsubscribe(world: World, request: Request, delivery_id: str) -> Answer:
    body = request.object()
    if body is None:
        return track_error(400, "invalid JSON")
    wanted = body.get("unsubscribe", True)
    if not isinstance(wanted, bool):
        return track_error(400, "unsubscribe must be true or false")
    world.write(lambda: world.data["unsubscribed"].update({delivery_id: wanted}))
    return Answer()


def _membership(world: World, request: Request, number: str, act: str) -> Answer:
    segment = next((row for row in world.data["segments"] if str(row["id"]) == number), None)
    ids = (request.object() or {}).get("ids")
    if segment is None or segment["type"] != "manual":
        return track_error(404, "manual segment not found")
    if not isinstance(ids, list) or len(ids) > 1000:
        return track_error(400, "ids must be a list of at most 1000")
    rest = [member for member in segment["members"] if member not in ids]
    members = rest + [str(who) for who in ids] if act == "add_customers" else rest
    world.write(lambda: segment.update(members=members))
    return Answer()


def _v2(world: World, request: Request, rest: tuple[str, ...]) -> Answer:
    body = request.object()
    if body is None or len(request.body) > BATCH_BYTES:
        return track_error(400, f"a JSON object of at most {BATCH_BYTES} bytes is required")
    operations = body.get("batch") if rest == ("batch",) else [body] if rest == ("entity",) else None
    if not isinstance(operations, list):
        return track_error(404 if rest not in (("batch",), ("entity",)) else 400, "batch must be a list")
    errors = []
    for index, operation in enumerate(operations):
        identifiers = operation.get("identifiers") if isinstance(operation, dict) else None
        if not isinstance(identifiers, dict) or not identifiers:
            errors.append(
                {
                    "batch_index": index,
                    "reason": "required",
                    "field": "identifiers",
                    "message": "identifiers are required",
                }
            )
            continue
        who = str(next(iter(identifiers.values())))
        if operation.get("action") == "identify":
            world.write(partial(_identify, world, who, dict(operation.get("attributes") or {})))
        else:
            name = str(operation.get("name") or operation.get("action"))
            world.write(
                partial(world.happened, "track", name, {"userId": who, "properties": operation.get("attributes")})
            )
    return Answer(207, {"errors": errors}) if errors else Answer()
