"""What a delivery gives to the run that it begins: the `trigger` of the flow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helix.flows.given import BadInput, read_fields
from helix.triggers.intake.models import TriggerInbox
from helix.triggers.intake.reading import Unreadable, read_body
from integrations.customerio.hooks import Event


class Unfit(Exception):
    """This delivery begins no run; the text says why."""


def body_of(row: TriggerInbox) -> Any:
    """The value that was sent; Unfit when it cannot be read."""
    content_type = "" if row.endpoint.verify == "customerio" else row.content_type
    try:
        return read_body(bytes(row.body), content_type)
    except Unreadable as bad:
        raise Unfit(str(bad)) from None


def webhook_payload(row: TriggerInbox, config: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a `trigger.webhook`; Unfit when a value that the flow needs is missing or of another type."""
    return {
        "body": fitted(body_of(row), config.get("fields") or []),
        "headers": row.headers,
        "query": row.query,
        "received_at": row.received_at.isoformat(),
        "delivery": str(row.pk),
    }


def fitted(body: Any, fields: list[dict[str, Any]]) -> Any:
    """The body with the fields that the trigger names made what they must be; what it does not name stays as it came."""
    if not fields:
        return body
    if not isinstance(body, dict):
        raise Unfit("The body is not an object with the fields that the trigger asks for.")
    names = {field["name"] for field in fields}
    try:
        known = read_fields(fields, {name: value for name, value in body.items() if name in names})
    except BadInput as bad:
        raise Unfit(str(bad)) from None
    return {**{name: value for name, value in body.items() if name not in names}, **known}


def event_payload(event: Event, received_at: datetime) -> dict[str, Any]:
    """The payload of a `trigger.customerio_event`: the event as it came, and when."""
    return {**event.payload, "received_at": received_at.isoformat()}
