"""What the run page hands to the canvas: the graph as it was, with a state on each step."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.engine.states import FINAL_RUN_STATES
from helix.engine.trial import pinned_steps
from helix.flows.palette import palette

OF_A_STATE = ("node", "item_key", "state", "attempts_made", "started_at", "ended_at", "port", "counts", "output")
BUSIEST = ("running", "unknown", "failed", "waiting", "ready", "pending", "cancelled", "succeeded", "skipped")
"""Which state a step shows whose turns of a loop stand differently: the first that one of them is in."""


def step_states(steps: Iterable[StepRun], now: datetime | None = None) -> dict[str, dict[str, Any]]:
    """{node key: {state, attempts, duration_ms, error}}; durations of live steps run until now. Of a step in a loop the state
    is the busiest of its turns, and `turns` counts them by state."""
    now = now or timezone.now()
    found: dict[str, dict[str, Any]] = {}
    turns: dict[str, Counter[str]] = {}
    for step in steps:
        one = _one(step, now)
        if step.item_key:
            counts = turns.setdefault(step.node, Counter())
            counts[step.state] += 1
            before = found.get(step.node)
            if before is None or BUSIEST.index(step.state) <= BUSIEST.index(before["state"]):
                found[step.node] = one
            found[step.node]["turns"] = counts
        else:
            found[step.node] = one
    return found


def changes_since(run: Run, seen: int) -> dict[str, Any]:
    """The run as `state.json` tells it, with those steps only that have changed since it was at `seen`; and where it is now."""
    steps = StepRun.objects.filter(run=run).only(*OF_A_STATE)
    changed = set(steps.filter(seq__gt=seen).values_list("node", flat=True)) if seen >= 0 else None
    return run_state(run, steps if changed is None else steps.filter(node__in=changed))


def _one(step: StepRun, now: datetime) -> dict[str, Any]:
    error = (step.output or {}).get("error") if isinstance(step.output, dict) else None
    spent = ((step.ended_at or now) - step.started_at).total_seconds() * 1000 if step.started_at else None
    return {
        "state": step.state,
        "attempts": step.attempts_made,
        "duration_ms": None if spent is None else max(0, round(spent)),
        "error": {"message": error.get("message", ""), "hint": error.get("hint", "")} if error else None,
        "port": step.port or None,
        "counts": step.counts,
    }


def _with_pins(states: dict[str, dict[str, Any]], pinned: frozenset[str]) -> dict[str, dict[str, Any]]:
    """A step that a sample stood in for shows as pinned."""
    for node in pinned & states.keys():
        if states[node]["state"] == "succeeded":
            states[node]["state"] = "pinned"
    return states


def run_state(run: Run, steps: Iterable[StepRun]) -> dict[str, Any]:
    """The run as `state.json` tells it."""
    return {
        "id": str(run.id),
        "state": run.state,
        "attention": run.attention,
        "is_final": run.state in FINAL_RUN_STATES,
        "seq": run.seq,
        "dry": run.dry,
        "steps": _with_pins(step_states(steps), pinned_steps(run)),
    }


def picture(run: Run, steps: Iterable[StepRun], team_slug: str) -> dict[str, Any]:
    """The data of the canvas in mode "run" (docs/architecture.md, “The canvas island”)."""
    graph = json.loads(run.version.graph)
    return {
        "mode": "run",
        "flow": {
            "id": str(run.flow_id),
            "name": run.flow.name,
            "enabled": run.flow.enabled,
            "number": run.version.number,
        },
        "graph": graph,
        "revision": 0,
        "problems": [],
        "catalog": [drawn for key, drawn in palette().items() if key in {node["type"] for node in graph["nodes"]}],
        "connections": [],
        "urls": {
            "state": reverse("runs:state", kwargs={"team": team_slug, "run_id": run.id}),
            "live": reverse("live_run", kwargs={"team": team_slug, "run_id": run.id}),
            "flows": reverse("flows:list", kwargs={"team": team_slug}),
            "runs": reverse("runs:list", kwargs={"team": team_slug}),
        },
        "run": run_state(run, steps),
        "last_run": None,
    }
