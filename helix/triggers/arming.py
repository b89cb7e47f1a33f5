"""Arming: the schedules, addresses and listeners of a flow follow its published version and its switch."""

import json
from typing import Any

from django.utils import timezone

from helix.flows.models import Flow
from helix.flows.plan import Plan, PlanNode
from helix.triggers.endpoints import endpoint_of_trigger, set_up
from helix.triggers.models import Endpoint, Listener, Schedule
from helix.triggers.schedules import BadSchedule, next_fire, timing_of
from helix.triggers.zones import zone_data_version

HEARING = ("trigger.customerio_event", "trigger.flow_failed")


def arm(flow: Flow) -> None:
    """Make the flow's triggers those of its published version; they begin runs only while the flow is on. Call in a transaction."""
    triggers: dict[str, PlanNode] = {}
    if flow.published is not None and flow.deleted_at is None:
        plan = Plan.read(flow.published.plan)
        triggers = {key: plan.nodes[key] for key in plan.triggers}
    _arm_schedules(flow, {key: node.config for key, node in triggers.items() if node.type == "trigger.schedule"})
    _arm_endpoints(flow, {key: node.config for key, node in triggers.items() if node.type == "trigger.webhook"})
    _arm_listeners(flow, {key: node for key, node in triggers.items() if node.type in HEARING})


def _arm_schedules(flow: Flow, wanted: dict[str, dict[str, Any]]) -> None:
    Schedule.objects.filter(flow=flow).exclude(node__in=wanted).update(armed=False, next_fire_at=None)
    for node, config in wanted.items():
        known = Schedule.objects.filter(flow=flow, node=node).first()
        kept = (
            known is not None
            and known.armed
            and known.next_fire_at is not None
            and _times(known.config) == _times(config)
        )
        if kept and flow.enabled:
            Schedule.objects.filter(flow=flow, node=node).update(config=config)
            continue
        first, trouble = None, ""
        if flow.enabled:
            try:
                first = next_fire(timing_of(config), timezone.now())
            except BadSchedule as bad:
                trouble = str(bad)
        Schedule.objects.update_or_create(
            flow=flow,
            node=node,
            defaults={
                "config": config,
                "armed": flow.enabled,
                "next_fire_at": first,
                "trouble": trouble,
                "zone_data": zone_data_version(),
            },
        )


def _times(config: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(config.get(name) for name in ("cron", "timezone", "every_minutes", "at"))


def _arm_endpoints(flow: Flow, wanted: dict[str, dict[str, Any]]) -> None:
    Endpoint.objects.filter(flow=flow).update(armed=False, live_node="")
    for node, config in wanted.items():
        endpoint = endpoint_of_trigger(flow, node, config, wanted)
        endpoint.refresh_from_db()
        set_up(endpoint, config)
        endpoint.live_node, endpoint.armed = node, flow.enabled
        endpoint.save(update_fields=["live_node", "armed"])


def _arm_listeners(flow: Flow, wanted: dict[str, PlanNode]) -> None:
    if not flow.enabled:
        wanted = {}
    Listener.objects.filter(flow=flow).exclude(node__in=wanted).delete()
    for node, step in wanted.items():
        Listener.objects.update_or_create(
            flow=flow,
            node=node,
            defaults={
                "team_id": flow.team_id, "kind": step.type, "connection": step.connection or "", "config": step.config,
            },
        )  # fmt: skip


def is_scheduled(graph_text: str) -> bool:
    """Whether the graph has a schedule trigger."""
    return any(node.get("type") == "trigger.schedule" for node in json.loads(graph_text).get("nodes", []))
