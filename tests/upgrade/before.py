"""Runs on the *earlier* Helix (by its path, with that tree as PYTHONPATH): publishes flows, begins runs, and prints what it began
once the workers are in the middle of them."""

import json
import os
import sys
import time
from typing import Any

import django

django.setup()

from helix.engine.models import Run, StepRun  # noqa: E402 - Django must be set up before our rooms are imported
from helix.engine.states import LIVE_RUN_STATES  # noqa: E402
from helix.flows.drafts import create_flow  # noqa: E402
from helix.flows.models import FlowVersion  # noqa: E402
from helix.triggers.publish import publish  # noqa: E402
from tests.build import graph_text  # noqa: E402
from tests.chaos.effects import Effect  # noqa: E402
from tests.chaos.far_side import FarSide  # noqa: E402
from tests.chaos.scene import begin, carried, fresh_connection, step, team  # noqa: E402

IN_FLIGHT, MANY = 0.3, 1_000_000
"""Seconds that an answer takes, so that calls are under way at any moment."""
ENOUGH, PATIENCE = 0.3, 120.0
"""The share of the runs that shall have ended when the upgrade begins."""


def flow_of(number: int, effects: dict[str, Effect]) -> FlowVersion:
    """A call that may be repeated, a nap, a loop with a nap in it, and a call of each other class."""
    nodes: list[dict[str, Any]] = [
        {"key": "begin", "type": "trigger.manual"},
        step(effects["A"], "a"),
        {"key": "nap", "type": "logic.wait", "config": {"seconds": number % 6 + 1}},
        {"key": "each", "type": "logic.for_each", "config": {"items": [1, 2, 3]}},
        {"key": "inner", "type": "logic.wait", "config": {"seconds": 1}},
    ]
    edges = ["begin>a", "a>nap", "nap>each", "each:each>inner"]
    before = "each:done"
    for name in sorted(effects.keys() - {"A"}):
        nodes.append(step(effects[name], name.lower(), fresh_connection() if name == "C" else "sandbox"))
        edges.append(f"{before}>{name.lower()}")
        before = name.lower()
    return publish(create_flow(team(), f"Upgraded {number}", graph_text(nodes, edges)), None)


def main(runs: int) -> dict[str, Any]:
    far = FarSide(os.environ["HELIX_SANDBOX_URL"])
    far.settings(enforce_rates=False, processing_seconds=0)
    effects = dict(carried())
    slow = {"times": MANY, "do": "delay", "seconds": IN_FLIGHT}
    far.faults(*[{"match": {"path": effect.path}, **slow} for effect in effects.values()])
    versions = [flow_of(number, effects) for number in range(runs)]
    begun = {str(number): str(begin(version, str(number)).pk) for number, version in enumerate(versions)}
    until = time.monotonic() + PATIENCE
    live = Run.objects.filter(pk__in=begun.values(), state__in=sorted(LIVE_RUN_STATES))
    while live.count() > runs * (1 - ENOUGH) and time.monotonic() < until:
        time.sleep(0.05)
    under_way = StepRun.objects.filter(run__in=list(live)).exclude(state__in=["succeeded", "pending"])
    states = list(under_way.values_list("state", flat=True))
    far.close()
    return {
        "begun": begun, "versions": [str(version.pk) for version in versions], "effects": sorted(effects),
        "live": live.count(), "steps": {state: states.count(state) for state in sorted(set(states))},
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))), flush=True)
