"""A flow as the list shows it: its trigger in words, its last outcomes, when it fires next, what is wrong with its draft."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from helix.engine.models import Run
from helix.flows.access import flows_for
from helix.flows.models import Flow
from helix.flows.words import describe_schedule
from helix.teams.models import Member
from helix.triggers.models import Schedule

STRIP = 20
MOST = 200
HEIGHTS = {"failed": 20, "timed_out": 20, "attention": 16, "cancelled": 5}
"""What needs a look stands out by its height, too: most runs are 11 high."""


INCOMING = {
    "trigger.webhook": "When its address is called",
    "trigger.flow_failed": "When another flow fails",
    "trigger.called": "When a flow calls it",
}
ICONS = {
    "trigger.schedule": "calendar-clock",
    "trigger.webhook": "webhook",
    "trigger.customerio_event": "mail-check",
    "trigger.flow_failed": "circle-alert",
    "trigger.called": "corner-down-right",
}


@dataclass(frozen=True)
class Outcome:
    """One run in the strip: a bar at `x`, the oldest on the left."""

    x: int
    y: int
    height: int
    state: str
    run: Run


@dataclass(frozen=True)
class Row:
    flow: Flow
    trigger: str
    trigger_icon: str
    next_at: datetime | None
    errors: int
    warnings: int
    strip: list[Outcome] = field(default_factory=list)
    blanks: range = range(0)
    """Places of the strip that no run fills yet."""


def find(member: Member, text: str) -> QuerySet[Flow]:
    """The flows that the member sees whose name holds every word of the text, last edited first."""
    flows = flows_for(member).select_related("published", "edited_by")
    for word in text.split():
        flows = flows.filter(name__icontains=word)
    return flows.order_by("-edited_at", "-id")


def rows(flows: Sequence[Flow]) -> list[Row]:
    """The rows of these flows, in their order; four queries however many there are."""
    coming = dict(
        Schedule.objects.filter(flow__in=flows, armed=True)
        .values_list("flow")
        .annotate(first=Min("next_fire_at"))
        .order_by()
    )
    strips = _strips(flows)
    return [_row(flow, coming.get(flow.pk), strips[flow.pk]) for flow in flows]


def _row(flow: Flow, next_at: datetime | None, runs: list[Run]) -> Row:
    words, icon = trigger_words(flow.published.graph if flow.published else flow.draft)
    found = [problem.get("severity") for problem in flow.problems]
    return Row(
        flow,
        words,
        icon,
        next_at,
        found.count("error"),
        found.count("warning"),
        _bars(runs),
        range(0, (STRIP - len(runs)) * 7, 7),
    )


def trigger_words(graph: str) -> tuple[str, str]:
    """What starts this graph, in words, and an icon for it."""
    nodes: list[dict[str, Any]] = [node for node in json.loads(graph).get("nodes", []) if isinstance(node, dict)]
    triggers = [node for node in nodes if str(node.get("type", "")).startswith("trigger.")]
    if not triggers:
        return "No trigger yet", "circle-dashed"
    words = [_one_trigger(node) for node in triggers]
    return "; ".join(words), ICONS.get(str(triggers[0].get("type")), "mouse-pointer-click")


def _one_trigger(node: dict[str, Any]) -> str:
    config = node.get("config") or {}
    match node["type"]:
        case "trigger.schedule" if "at" in config:
            return "Once, at a set moment"
        case "trigger.schedule" if "every_minutes" in config:
            return f"Every {config['every_minutes']} minutes"
        case "trigger.schedule":
            try:
                return describe_schedule(str(config.get("cron", "")), str(config.get("timezone", "UTC")))
            except ValueError:
                return "On a schedule that is not set yet"
        case "trigger.customerio_event":
            events = config.get("events")
            return "On " + (", ".join(map(str, events[:3])) if isinstance(events, list) and events else "events")
        case kind:
            return INCOMING.get(kind, "By hand or API")


def _strips(flows: Sequence[Flow]) -> dict[Any, list[Run]]:
    """The last runs of each flow, newest first. The oldest wanted instant per flow is looked up in the index first."""
    if not flows:
        return defaultdict(list)
    oldest = Run.objects.filter(flow=OuterRef("pk")).order_by("-created_at", "-id").values("created_at")
    since = Flow.objects.filter(pk__in=[flow.pk for flow in flows]).annotate(
        last=Subquery(oldest[:1]), oldest=Subquery(oldest[STRIP - 1 : STRIP])
    )
    wanted = Q()
    for pk, last, first in since.values_list("pk", "last", "oldest"):
        if last is not None:
            wanted |= Q(flow=pk, created_at__gte=first) if first else Q(flow=pk)
    found: dict[Any, list[Run]] = defaultdict(list)
    if wanted:
        runs = Run.objects.filter(wanted).defer("payload").order_by("-created_at", "-id")
        for run in runs:
            if len(found[run.flow_id]) < STRIP:
                found[run.flow_id].append(run)
    return found


def _bars(runs: list[Run]) -> list[Outcome]:
    bars = []
    for index, run in enumerate(reversed(runs)):
        state = "attention" if run.attention else run.state
        height = HEIGHTS.get(state, 11)
        bars.append(Outcome((STRIP - len(runs) + index) * 7, 20 - height, height, state, run))
    return bars
