"""What is done to the workspace by events: they are kept, and some names are commands.

https://docs.customer.io/integrations/data-in/semantic-events/cio-journeys.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.customerio.sandbox.people import People

KEPT = 10_000


def happened(data: dict[str, Any], now: int, kind: str, name: str, fields: Mapping[str, Any]) -> None:
    """Add an event; the newest are kept."""
    data["events"].append({"at": now, "type": kind, "name": name, **fields})
    data["counters"]["event"] += 1
    del data["events"][:-KEPT]


def adopt(data: Mapping[str, Any], anonymous_id: str, identifier: str) -> None:
    """Give the events of an anonymous person to the person who turned out to be it."""
    for event in data["events"]:
        if event.get("anonymousId") == anonymous_id and not event.get("userId"):
            event["userId"] = identifier


def obey(people: People, identifier: str | None, name: str, item: Mapping[str, Any]) -> bool:
    """Carry out an event of Pipelines that is a command; whether it was one."""
    properties = item.get("properties") or {}
    found = {
        "object_type_id": str(properties.get("objectTypeId", "1")),
        "object_id": properties.get("objectId", item.get("groupId")),
    }
    if name == "Object Deleted":
        if group := people.known_group(found):
            people.drop_group(group)
        return True
    if identifier is None:
        return False
    who = people.find(identifier)
    match name:
        case "User Deleted":
            if who:
                people.forget(who)
        case "User Suppressed":
            people.suppress(identifier)
        case "User Unsuppressed":
            people.unsuppress(identifier)
        case "Relationship Deleted":
            if who and (group := people.known_group(found)):
                group["people"].pop(who["cio_id"], None)
        case "Device Created or Updated" | "Device Deleted":
            context = item.get("context") or {}
            device = context.get("device") or properties.get("device") or {}
            owner = people.upsert(identifier) if name == "Device Created or Updated" else who
            if owner and isinstance(device, dict) and isinstance(token := device.get("token"), str):
                people.device(owner, token, None if name == "Device Deleted" else {"platform": device.get("type")})
        case _:
            return False
    return True
