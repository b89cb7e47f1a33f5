"""Starting by hand: the values a person or program gives are read against the fields of the manual trigger."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from helix.engine.start import entry_for
from helix.engine.states import Cause
from helix.flows.given import BadInput, read_fields
from helix.flows.json_text import UnreadableGraph, look_through
from helix.flows.plan import Plan
from helix.triggers.schedules import next_fire

__all__ = ["BadInput", "fields_of", "payload_for"]


def payload_for(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a run begun by hand or by API: the manual trigger's fields, or an example of what the schedule would give."""
    node = plan.nodes[entry_for(plan, Cause.MANUAL)]
    if node.type == "trigger.schedule":
        now = timezone.now()
        coming = next_fire(node.config["cron"], node.config["timezone"], now)
        return {"fired_at": now.isoformat(), "scheduled_for": (coming or now).isoformat()}
    payload = dict(given) if node.type != "trigger.manual" else read_fields(node.config.get("fields", []), given)
    try:
        look_through(payload)
    except UnreadableGraph as bad:
        raise BadInput({"input": str(bad)}) from None
    return payload


def fields_of(plan: Plan) -> list[dict[str, Any]]:
    """The fields that a start by hand asks for; none when the flow has no manual trigger."""
    node = plan.nodes[entry_for(plan, Cause.MANUAL)]
    return list(node.config.get("fields", [])) if node.type == "trigger.manual" else []
