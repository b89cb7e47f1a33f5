"""Starting by hand: the values a person or program gives are read against the fields of the manual trigger."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from helix.engine.start import entry_for
from helix.engine.states import Cause
from helix.flows.given import BadInput, read_fields
from helix.flows.json_text import UnreadableGraph, look_through
from helix.flows.plan import Plan, PlanNode
from helix.triggers.schedules import BadSchedule, next_fire, timing_of
from integrations.customerio.hooks import EVENTS

FORMS = ("trigger.manual", "trigger.called")

__all__ = ["BadInput", "fields_of", "payload_for"]


def payload_for(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a run begun by hand or by API: the form's fields, or an example of what another trigger would give."""
    node = plan.nodes[entry_for(plan, Cause.MANUAL)]
    payload = read_fields(node.config.get("fields", []), given) if node.type in FORMS else _example(node, given)
    try:
        look_through(payload)
    except UnreadableGraph as bad:
        raise BadInput({"input": str(bad)}) from None
    return payload


def _example(node: PlanNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a trigger that nobody starts by hand would give; `given` takes the place of it, or of the body of a webhook."""
    now = timezone.now()
    match node.type:
        case "trigger.schedule":
            try:
                due = next_fire(timing_of(node.config), now)
            except BadSchedule:
                due = None
            return {"fired_at": now.isoformat(), "scheduled_for": (due or now).isoformat()}
        case "trigger.webhook":
            body = dict(given) if given else node.config.get("sample")
            return {"body": body, "headers": {}, "query": {}, "received_at": now.isoformat(), "delivery": "by hand"}
        case "trigger.customerio_event" if not given:
            event = EVENTS.get(next(iter(node.config.get("events") or ()), ""))
            return {**(event.example if event else {}), "received_at": now.isoformat()}
        case "trigger.flow_failed" if not given:
            told = {"run_id": "", "flow_id": "", "flow_name": "An example", "message": "It failed.", "step": ""}
            return {**told, "failed_at": now.isoformat()}
    return dict(given)


def fields_of(plan: Plan) -> list[dict[str, Any]]:
    """The fields that a start by hand asks for; none when no trigger of the flow has a form."""
    node = plan.nodes[entry_for(plan, Cause.MANUAL)]
    return list(node.config.get("fields", [])) if node.type in FORMS else []
