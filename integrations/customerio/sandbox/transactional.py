"""Transactional messages: one to one, by a template or by a body of their own. Nothing leaves the machine.

Facts: https://docs.customer.io/integrations/api/app/tag/send-messages/ (errors are {"meta": {"error": text}})
"""

from __future__ import annotations

from typing import Any

from integrations.customerio.sandbox.deliveries import deliver
from integrations.customerio.sandbox.http import NOT_FOUND, Answer, Request
from integrations.customerio.sandbox.people import KINDS
from integrations.customerio.sandbox.world import World

CHANNELS = {
    "email": "email",
    "push": "push",
    "sms": "twilio",
    "whatsapp": "whatsapp",
    "in_app": "in_app",
    "inbox_message": "in_app",
}
"""Channel in the path -> kind of the delivery."""
ADDRESSED = ("email", "sms", "whatsapp")


def _refused(text: str) -> Answer:
    return Answer(400, {"meta": {"error": text}})


def send(world: World, request: Request, channel: str) -> Answer:
    """Queue a message to one person: 200 and its delivery id."""
    if channel not in CHANNELS:
        return NOT_FOUND
    body = request.object
    if body is None:
        return _refused("invalid JSON")
    identifiers = body.get("identifiers")
    if not isinstance(identifiers, dict) or len(identifiers) != 1 or next(iter(identifiers)) not in KINDS:
        return _refused("identifiers must contain exactly one of id, email, cio_id")
    if channel in ADDRESSED and not _is_text(body.get("to")):
        return _refused("to is required")
    template = _template(world, body.get("transactional_message_id"))
    if template is None and body.get("transactional_message_id") is not None:
        return _refused("transactional message not found")
    if template is None and not (
        channel == "email" and all(_is_text(body.get(name)) for name in ("from", "subject", "body"))
    ):
        return _refused("transactional_message_id is required")
    ((kind, value),) = identifiers.items()
    who = world.people.of_kind(kind, value)
    known = {} if who else {"customer_identifiers": {kind: value}}
    draft: dict[str, Any] = {"metrics": {}, "drafted": True} if body.get("queue_draft") is True else {}
    delivery_id = deliver(
        world.data,
        who,
        world.now(),
        CHANNELS[channel],
        recipient=body.get("to") or (who["email"] if who else None),
        subject=body.get("subject") or (template["name"] if template else None),
        transactional_message_id=template["id"] if template else None,
        **known,
        **draft,
    )
    world.dirty = True
    return Answer(body={"delivery_id": delivery_id, "queued_at": world.now()})


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _template(world: World, wanted: Any) -> dict[str, Any] | None:
    """The template by number, or by its name (trigger name) in any case."""
    names = {str(wanted).lower(), str(wanted).lower().replace("_", " ")}
    rows: list[dict[str, Any]] = world.data["transactional"]
    return next((row for row in rows if str(row["id"]) == str(wanted) or row["name"].lower() in names), None)
