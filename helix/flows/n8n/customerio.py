"""The Customer.io node of n8n (resources customer, event, campaign, segment) as actions of the catalogue."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n.data import Data
from helix.flows.n8n.made import Desk, Made, NoCounterpart

CREDENTIALS = "customerIoApi"
TAKEN = Data(why="Customer.io answers nothing to this call; use the data that were sent to it")


def customerio(desk: Desk) -> Made:
    """One call. Of the two keys that n8n asks for, Helix uses a Pipelines key for people and events."""
    given = desk.source.parameters
    resource = str(given.get("resource", "customer"))
    usual = {"customer": "upsert", "event": "track", "campaign": "get", "segment": "add"}.get(resource, "")
    match resource, str(given.get("operation", usual)):
        case "customer", "upsert":
            return _made(desk, "identify_person", _identified(desk))
        case "customer", "delete":
            desk.remark(
                "n8n deleted the person by the Track API; here an event “User Deleted” does the same by the Pipelines API."
            )
            return _made(
                desk,
                "track_event",
                {"userId": desk.values.text("/userId", given.get("id", "")), "event": "User Deleted"},
            )
        case "event", "track":
            who: dict[str, JsonValue] = {"userId": desk.values.text("/userId", given.get("customerId", ""))}
            return _made(desk, "track_event", who | _event(desk))
        case "event", "trackAnonymous":
            desk.remark("n8n sent the event without any id; Customer.io wants one here: the id of the run is entered.")
            unknown: dict[str, JsonValue] = {"anonymousId": {"$liquid": "{{ run.id }}"}}
            return _made(desk, "track_event", unknown | _event(desk))
        case "campaign", operation:
            where = {"getAll": "/v1/campaigns", "getMetrics": "/v1/campaigns/<id>/metrics"}.get(
                operation, "/v1/campaigns/<id>"
            )
            raise NoCounterpart(
                f"the catalogue has no action for campaigns. Use an HTTP request, GET https://api.customer.io{where}, with an App key."
            )
        case "segment", operation:
            verb = "remove" if operation == "remove" else "add"
            raise NoCounterpart(
                f"the catalogue has no action for manual segments. Use an HTTP request, POST https://track.customer.io/api/v1/segments/<id>/{verb}_customers "
                "with the Track key, or set an attribute that the segment looks at."
            )  # fmt: skip
        case _, operation:
            raise NoCounterpart(
                f"“{operation[:40]}” of “{resource[:40]}” is not known. Choose an action of Customer.io."
            )


def _made(desk: Desk, action: str, config: dict[str, JsonValue]) -> Made:
    if desk.source.credentials:
        desk.remark("It needs a connection with a Pipelines key; n8n signed with a Track key.")
    return Made(f"customerio.{action}", config, connection=desk.source.credentials.get(CREDENTIALS), data=TAKEN)


def _identified(desk: Desk) -> dict[str, JsonValue]:
    given = desk.source.parameters
    config: dict[str, JsonValue] = {"userId": desk.values.text("/userId", given.get("id", ""))}
    if given.get("jsonParameters"):
        traits = _object(desk, "/traits", given.get("additionalFieldsJson"))
        return config | ({"traits": traits} if traits else {})
    more = given.get("additionalFields")
    more = more if isinstance(more, Mapping) else {}
    traits = {}
    if more.get("email"):
        traits["email"] = desk.values.any("/traits/email", more["email"])
    if more.get("createdAt"):
        traits["createdAt"] = desk.values.any("/traits/createdAt", more["createdAt"])
    custom = _pairs(desk, "/traits", more.get("customProperties"), "customProperty")
    if custom:
        desk.remark("n8n put custom properties into one attribute “data”; here each is an attribute of its own.")
    return config | ({"traits": {**traits, **custom}} if traits or custom else {})


def _event(desk: Desk) -> dict[str, JsonValue]:
    given = desk.source.parameters
    config: dict[str, JsonValue] = {"event": desk.values.text("/event", given.get("eventName", ""))}
    if given.get("jsonParameters"):
        held = _object(desk, "/properties", given.get("additionalFieldsJson"))
        inner = held.get("data") if isinstance(held, dict) else None
        return config | ({"properties": inner if isinstance(inner, dict) and inner else held} if held else {})
    more = given.get("additionalFields")
    more = more if isinstance(more, Mapping) else {}
    found = _pairs(desk, "/properties", more.get("customAttributes"), "customAttribute")
    if more.get("type"):
        found["type"] = desk.values.any("/properties/type", more["type"])
    return config | ({"properties": found} if found else {})


def _pairs(desk: Desk, place: str, held: Any, name: str) -> dict[str, JsonValue]:
    listed = held.get(name) if isinstance(held, Mapping) else None
    found: dict[str, JsonValue] = {}
    for each in listed if isinstance(listed, list) else ():
        key = each.get("key") if isinstance(each, Mapping) else None
        if isinstance(key, str) and key.startswith("="):
            raise NoCounterpart("the name of an attribute is worked out. Choose the action and name the attributes.")
        if isinstance(key, str) and key:
            found[key] = desk.values.any(f"{place}/{key}", each.get("value"))
    return found


def _object(desk: Desk, place: str, raw: Any) -> dict[str, JsonValue]:
    if raw in (None, ""):
        return {}
    found = desk.values.json(place, raw)
    if not isinstance(found, dict):
        raise NoCounterpart("its JSON cannot be read. Choose the action of Customer.io and enter the values.")
    return found
