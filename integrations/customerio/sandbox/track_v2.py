"""The Track API, version 2: one operation (`entity`) or many (`batch`) on people, objects and deliveries.

Facts: https://docs.customer.io/integrations/api/track/tag/track-v2/ (a batch with bad parts is answered 207)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.customerio.sandbox.deliveries import METRICS, reach
from integrations.customerio.sandbox.http import Answer, Request, track_error
from integrations.customerio.sandbox.limits import BATCH_BYTES, CALL_BYTES, attribute_faults, size_of
from integrations.customerio.sandbox.people import KINDS
from integrations.customerio.sandbox.profiles import event_fault, identify, relate
from integrations.customerio.sandbox.world import World

EVENTS = ("event", "page", "screen")
ON_PERSON = ("identify", "delete", *EVENTS, "add_relationships", "delete_relationships", "add_device", "delete_device", "merge",
             "suppress", "unsuppress")  # fmt: skip
ON_OBJECT = ("identify", "identify_anonymous", "delete", "add_relationships", "delete_relationships")
ACTIONS = {"person": ON_PERSON, "object": ON_OBJECT, "delivery": ("event",)}
Fault = tuple[str, str]
"""The field that is wrong, and how."""


def answer(world: World, request: Request) -> Answer:
    """Do what is right of it; 207 and a list for what is wrong in a batch."""
    call = request.parts[-1]
    if len(request.body) > (BATCH_BYTES if call == "batch" else CALL_BYTES):
        return track_error(400, f"the request exceeds {BATCH_BYTES if call == 'batch' else CALL_BYTES} bytes")
    body = request.object
    operations = body.get("batch") if body is not None and call == "batch" else [body]
    if body is None or not isinstance(operations, list) or not operations:
        return track_error(
            400, "batch must be a list of operations" if call == "batch" else "the body must be a JSON object"
        )
    errors = []
    for index, operation in enumerate(operations):
        if fault := _fault(operation):
            place = {"batch_index": index} if call == "batch" else {}
            errors.append({**place, "reason": "invalid", "field": fault[0], "message": fault[1]})
        elif not (operation["action"] in EVENTS and world.is_repeat("track", operation.get("id"))):
            world.write(_change(world, operation))
    if not errors:
        return Answer()
    return Answer(207 if call == "batch" else 400, {"errors": errors})


def _fault(operation: Any) -> Fault | None:
    if not isinstance(operation, dict):
        return "", "an operation must be an object"
    of_type, action = operation.get("type"), operation.get("action")
    if not isinstance(of_type, str) or of_type not in ACTIONS:
        return "type", f"type must be one of {', '.join(ACTIONS)}"
    if action not in ACTIONS[of_type]:
        return "action", f"action must be one of {', '.join(ACTIONS[of_type])}"
    if size_of(operation) > CALL_BYTES:
        return "", f"the operation exceeds {CALL_BYTES} bytes"
    if action == "merge":
        roles = ((role, operation.get(role)) for role in ("primary", "secondary"))
        return next(((role, "one identifier is required") for role, found in roles if not _names_one(found)), None)
    identifiers = operation.get("identifiers")
    if not isinstance(identifiers, dict) or not all(isinstance(value, str) and value for value in identifiers.values()):
        return "identifiers", "identifiers are required, as text"
    if of_type == "person" and not _names_one(identifiers):
        return "identifiers", "one of id, email, phone, cio_id is required"
    if of_type == "object" and not (
        identifiers.keys() >= {"object_type_id", "object_id"} or "cio_object_id" in identifiers
    ):
        return "identifiers", "object_type_id and object_id are required"
    if of_type == "delivery":
        return (
            None
            if operation.get("name") in METRICS and identifiers.get("id")
            else ("name", "name and identifiers.id are required")
        )
    return _part_fault(operation, action)


def _part_fault(operation: Mapping[str, Any], action: str) -> Fault | None:
    """What is wrong with the part of an operation that its action needs."""
    attributes = operation.get("attributes")
    if attributes is not None and not isinstance(attributes, dict):
        return "attributes", "attributes must be an object"
    if action in EVENTS and (words := event_fault(operation, "attributes")):
        return words.partition(" ")[0], words
    if action == "identify" and (faults := attribute_faults(attributes or {})):
        return "attributes", faults[0]
    if action.endswith("_device"):
        device = operation.get("device")
        if not isinstance(device, dict) or not isinstance(device.get("token"), str) or not device["token"]:
            return "device.token", "device.token is required"
    relations = operation.get("cio_relationships")
    if (action.endswith("_relationships") or relations is not None) and not isinstance(relations, list):
        return "cio_relationships", "cio_relationships must be a list"
    return None


def _names_one(found: Any) -> bool:
    names = (*KINDS, "phone")
    return (
        isinstance(found, dict) and len(found) == 1 and next(iter(found)) in names and bool(next(iter(found.values())))
    )


def _path(identifiers: Mapping[str, Any]) -> str:
    """The identifier as a path of version 1 would say it."""
    ((kind, value),) = identifiers.items()
    return f"cio_{value}" if kind == "cio_id" else str(value)


def _change(world: World, operation: dict[str, Any]) -> Any:
    kinds = {"person": _person, "object": _object, "delivery": _delivery}
    return lambda: kinds[operation["type"]](world, operation)


def _delivery(world: World, operation: Mapping[str, Any]) -> None:
    reach(world.data, operation["identifiers"]["id"], operation["name"], world.now())


def _person(world: World, operation: dict[str, Any]) -> None:
    people, action = world.people, operation["action"]
    if action == "merge":
        kept, gone = people.find(_path(operation["primary"])), people.find(_path(operation["secondary"]))
        if kept and gone and kept is not gone:
            people.merge(kept, gone)
        return
    name = _path(operation["identifiers"])
    who, relations = people.find(name), operation.get("cio_relationships") or []
    if action == "identify":
        given = {"action": "add_relationships", "relationships": relations}
        identify(world, name, {**(operation.get("attributes") or {}), "cio_relationships": given})
    elif action in EVENTS:
        fields = {"userId": name, "properties": operation.get("attributes") or {}}
        more = {key: operation[key] for key in ("id", "timestamp") if key in operation}
        world.event("track" if action == "event" else action, operation["name"].strip(), name, fields | more)
    elif action in ("suppress", "unsuppress"):
        (people.suppress if action == "suppress" else people.unsuppress)(name)
    elif action == "delete" and who:
        people.forget(who)
    elif action == "add_device" and (who := people.upsert(name)):
        people.device(who, operation["device"]["token"], operation["device"])
    elif action == "delete_device" and who:
        people.device(who, operation["device"]["token"], None)
    elif action.endswith("_relationships") and (who := people.upsert(name)):
        relate(people, who, relations, removing=action == "delete_relationships")


def _object(world: World, operation: dict[str, Any]) -> None:
    people, action, identifiers = world.people, operation["action"], operation["identifiers"]
    group = people.known_group(identifiers)
    if group is None:
        if action.startswith("delete") or "object_id" not in identifiers:
            return
        group = people.group(identifiers["object_type_id"], identifiers["object_id"])
    if action == "delete":
        people.drop_group(group)
        return
    people.group(group["type"], group["id"], operation.get("attributes"))
    for relation in operation.get("cio_relationships") or []:
        named = relation.get("identifiers") if isinstance(relation, dict) else None
        if named is None or not _names_one(named):
            continue
        who = people.find(_path(named)) if action.startswith("delete") else people.upsert(_path(named))
        if who and action == "delete_relationships":
            group["people"].pop(who["cio_id"], None)
        elif who:
            group["people"][who["cio_id"]] = relation.get("relationship_attributes") or {}
