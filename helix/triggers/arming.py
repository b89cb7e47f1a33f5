"""Arming: the schedules of a flow follow its published version and its switch."""

import json

from django.utils import timezone

from helix.flows.models import Flow
from helix.flows.plan import Plan
from helix.triggers.models import Schedule
from helix.triggers.schedules import next_fire


def arm(flow: Flow) -> None:
    """Make the flow's schedule rows those of its published version; they fire only while the flow is on. Call in a transaction."""
    wanted = {}
    if flow.published is not None and flow.deleted_at is None:
        plan = Plan.read(flow.published.plan)
        wanted = {key: plan.nodes[key].config for key in plan.triggers if plan.nodes[key].type == "trigger.schedule"}
    Schedule.objects.filter(flow=flow).exclude(node__in=wanted).update(armed=False, next_fire_at=None)
    now = timezone.now()
    for node, config in wanted.items():
        cron, zone = config["cron"], config["timezone"]
        known = Schedule.objects.filter(flow=flow, node=node).first()
        same = (
            known is not None
            and known.armed
            and (known.cron, known.timezone) == (cron, zone)
            and known.next_fire_at is not None
        )
        if same and flow.enabled:
            continue
        Schedule.objects.update_or_create(
            flow=flow,
            node=node,
            defaults={
                "cron": cron,
                "timezone": zone,
                "armed": flow.enabled,
                "next_fire_at": next_fire(cron, zone, now) if flow.enabled else None,
            },
        )


def is_scheduled(graph_text: str) -> bool:
    """Whether the graph has a schedule trigger."""
    return any(node.get("type") == "trigger.schedule" for node in json.loads(graph_text).get("nodes", []))
