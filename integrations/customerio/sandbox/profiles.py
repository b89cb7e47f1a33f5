"""What both versions of the Track API do to a person: attributes, ties to objects; and what an event must be.

Facts: https://docs.customer.io/integrations/api/track/tag/track-customers/identify/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.customerio.sandbox.happenings import adopt
from integrations.customerio.sandbox.limits import EVENT_DATA_BYTES, EVENT_NAME_BYTES, ID_BYTES, size_of
from integrations.customerio.sandbox.people import People, Person
from integrations.customerio.sandbox.world import World


def identify(world: World, identifier: str, given: dict[str, Any]) -> None:
    """Create or update a person from attributes, some of which are orders (`_update`, `cio_relationships` …)."""
    attributes = {
        name: value for name, value in given.items() if name not in ("_update", "_timestamp", "cio_relationships")
    }
    email, people = attributes.get("email"), world.people
    if given.get("_update") is True and people.find(identifier) is None:
        return world.dropped("identify", f"nobody is {identifier[:ID_BYTES]!r}, and _update makes nobody")
    who = people.upsert(identifier, attributes)
    if who is None:
        return world.dropped("identify", f"{identifier[:ID_BYTES]!r} is suppressed, or a cio_id that nobody has")
    if isinstance(email, str) and email and (who["email"] or "").lower() != email.lower():
        world.dropped("identify", "attribute update failure: the email address belongs to someone else")
    if isinstance(anonymous := attributes.get("anonymous_id"), str):
        adopt(world.data, anonymous, who["id"] or identifier)
    relations = given.get("cio_relationships")
    if isinstance(relations, dict) and isinstance(relations.get("relationships"), list):
        removing = relations.get("action") == "delete_relationships"
        relate(people, who, relations["relationships"], removing=removing)
    return None


def relate(people: People, who: Person, relations: Sequence[Any], *, removing: bool) -> None:
    """Tie a person to objects, or untie them; what names no object is passed over."""
    for relation in relations:
        identifiers = relation.get("identifiers") if isinstance(relation, dict) else None
        if not isinstance(identifiers, dict):
            continue
        group = people.known_group(identifiers)
        if group is None and not removing and isinstance(identifiers.get("object_id"), str):
            group = people.group(str(identifiers.get("object_type_id", "1")), identifiers["object_id"])
        if group is not None and removing:
            group["people"].pop(who["cio_id"], None)
        elif group is not None:
            group["people"][who["cio_id"]] = relation.get("relationship_attributes") or {}


def event_fault(body: Mapping[str, Any], data: str) -> str:
    """What is wrong with an event, in words; `data` is what its data is called. Empty when nothing is."""
    name, moment = body.get("name"), body.get("timestamp")
    if not isinstance(name, str) or not name.strip():
        return "name is required"
    if size_of(name) > EVENT_NAME_BYTES:
        return f"name exceeds {EVENT_NAME_BYTES} bytes"
    if moment is not None and (not isinstance(moment, int) or isinstance(moment, bool)):
        return "timestamp must be a unix timestamp"
    if not isinstance(body.get(data) or {}, dict):
        return f"{data} must be an object"
    return f"{data} exceeds {EVENT_DATA_BYTES} bytes" if size_of(body.get(data)) > EVENT_DATA_BYTES else ""
