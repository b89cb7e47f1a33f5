"""The data that a page hands to the canvas: the contract is in docs/architecture.md, “The canvas island”."""

import json
from typing import Any

from django.urls import reverse

from helix.engine.models import Run, StepRun
from helix.flows.drafts import canonical
from helix.flows.models import Flow
from helix.flows.palette import palette
from helix.flows.pins import pins_of
from helix.flows.using import connection_facts
from helix.teams.models import Team, User


def connections(team: Team, by: User | None = None) -> list[dict[str, Any]]:
    """The team's connections as the canvas and the inspector offer them to this person, the sandbox last."""
    return [
        {
            "name": facts.name,
            "integration": facts.integration,
            "region": facts.region,
            "sandbox": facts.sandbox,
            "families": sorted(facts.families),
        }
        for facts in connection_facts(team, by).values()
        if not facts.withheld
    ]


def urls(flow: Flow) -> dict[str, str]:
    """Addresses that the editor calls."""
    at = {"team": flow.team.slug, "flow_id": flow.id}
    names = (
        "draft",
        "inspector",
        "data",
        "choices",
        "last",
        "check",
        "publish",
        "run",
        "enable",
        "rename",
        "versions",
        "changes",
        "webhook",
        "test",
        "samples",
        "pins",
        "presence",
    )
    addresses = {name: reverse(f"editor:{name}", kwargs=at) for name in names}
    for room in ("flows", "runs", "connections"):
        addresses[room] = reverse(f"{room}:list", kwargs={"team": flow.team.slug})
    return addresses


def editor_data(flow: Flow, mode: str, by: User | None = None) -> dict[str, Any]:
    """What the editor page hands over."""
    latest = flow.runs.order_by("-created_at", "-id").first()
    return {
        "mode": mode,
        "flow": {
            "id": str(flow.id),
            "name": flow.name,
            "enabled": flow.enabled,
            "number": flow.published.number if flow.published else None,
            "changed": flow.published is not None and canonical(flow.draft) != canonical(flow.published.graph),
        },
        "graph": json.loads(flow.draft),
        "revision": flow.revision,
        "saved_at": flow.edited_at.isoformat(),
        "problems": flow.problems,
        "catalog": list(palette().values()),
        "connections": connections(flow.team, by),
        "urls": urls(flow),
        "run": None,
        "last_run": outputs(latest) if latest else None,
        "pins": pins_of(flow),
        "my_name": str(by) if by else "",
    }


def outputs(run: Run) -> dict[str, Any]:
    """Small outputs of a run by step, for the data picker's “last value”."""
    steps = StepRun.objects.filter(run=run, output__isnull=False).values_list("node", "output")
    return {"id": str(run.id), "steps": {node: output for node, output in steps if len(json.dumps(output)) <= 20_000}}
