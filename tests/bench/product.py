"""`python -m tests.bench.product WORK…`, in the environment of an installation: Helix under the works, driven from outside.

The workers run already; this publishes flows, starts runs and watches the database. BENCH_PIDS holds the groups of processes to
measure, as JSON. Prints one JSON object: {work: figures}.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up before our rooms are imported

from helix.connections.keeping import save_connection  # noqa: E402
from helix.demo import SANDBOX_SECRETS  # noqa: E402
from helix.engine.models import Run  # noqa: E402
from helix.engine.start import start  # noqa: E402
from helix.engine.states import LIVE_RUN_STATES, Cause, RunState  # noqa: E402
from helix.flows.drafts import create_flow  # noqa: E402
from helix.flows.models import FlowVersion  # noqa: E402
from helix.ids import new_id  # noqa: E402
from helix.teams.models import Team  # noqa: E402
from helix.triggers.publish import publish  # noqa: E402
from tests.bench.measure import Meter  # noqa: E402
from tests.build import graph_text  # noqa: E402

STEPS = 10
WORKSPACES = 4
"""Connections that the POSTs of W1 and W6 go through in turn: one workspace takes 1,000 calls a second, which the product keeps to."""
PATIENCE = 300.0
Short = tuple[list[dict[str, Any]], list[str]]


def in_a_row(make: Callable[[int], dict[str, Any]], number: int = STEPS) -> Short:
    """A trigger and so many steps, one after the other."""
    nodes = [{"key": "begin", "type": "trigger.manual"}, *[make(i) for i in range(number)]]
    return nodes, [f"{a['key']}>{b['key']}" for a, b in pairwise(nodes)]


def post_step(i: int) -> dict[str, Any]:
    """A POST that is fed by the step before it."""
    before = {"$liquid": f"{{{{ steps.s{i - 1}.successful }}}}"} if i else True
    config = {"userId": "ada@example.com", "event": "ordered", "properties": {"n": i, "previous": before}}
    return {"key": f"s{i}", "type": "customerio.track_event", "config": config}


def spread_step(i: int) -> dict[str, Any]:
    """The same through the workspaces in turn."""
    return {**post_step(i), "connection": f"workspace {i % WORKSPACES}"}


def set_step(i: int) -> dict[str, Any]:
    before: Any = {"$liquid": f"{{{{ steps.s{i - 1}.data.value }}}}"} if i else 42
    return {"key": f"s{i}", "type": "logic.set", "config": {"values": {"value": before}}}


def fan(width: int = 20) -> Short:
    """One step to many branches of a POST each, and a join."""
    branches = [{**post_step(0), "key": f"b{i}"} for i in range(width)]
    nodes = [{"key": "begin", "type": "trigger.manual"}, *branches, {"key": "meet", "type": "logic.join"}]
    return nodes, [edge for b in branches for edge in (f"begin>{b['key']}", f"{b['key']}>meet")]


def large() -> Short:
    """About 5 MB of answer, handed on through five steps."""

    def carry(i: int) -> dict[str, Any]:
        source = "steps.big.data.segments" if not i else f"steps.c{i - 1}.data.rows"
        return {"key": f"c{i}", "type": "logic.set", "config": {"values": {"rows": {"$liquid": f"{{{{ {source} }}}}"}}}}

    nodes = [{"key": "begin", "type": "trigger.manual"}, {"key": "big", "type": "customerio.get_segments"}]
    nodes += [carry(i) for i in range(5)]
    return nodes, [f"{a['key']}>{b['key']}" for a, b in pairwise(nodes)]


def prepare() -> Team:
    """The team with its connection; made once."""
    team, made = Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    if made:
        save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    return team


def version_of(team: Team, name: str, short: Short) -> FlowVersion:
    """A flow of the team, published."""
    return publish(create_flow(team, name, graph_text(*short)), None)


def begin(version: FlowVersion) -> Run:
    return start(version, cause=Cause.API, key=str(new_id()), payload={})


def wait_for(version: FlowVersion, since: float, pause: float) -> list[float]:
    """Wait until no run of the version is live; when each ended: its commit on PostgreSQL, as last written elsewhere."""
    until = time.monotonic() + PATIENCE
    live = Run.objects.filter(version=version, state__in=sorted(LIVE_RUN_STATES))
    while live.exists():
        if time.monotonic() > until:
            raise RuntimeError(f"{live.count()} runs of {version.flow} are still live after {PATIENCE:g} s")
        time.sleep(pause)
    ended = Run.objects.filter(version=version, created_at__gte=_moment(since))
    if bad := ended.exclude(state=RunState.SUCCEEDED).first():
        raise RuntimeError(f"a run of {version.flow} ended as {bad.state}: {bad.message}")
    if connection.vendor != "postgresql":
        return [moment.timestamp() for moment in ended.values_list("ended_at", flat=True) if moment]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM engine_run WHERE version_id = %s AND created_at >= %s",
            [version.pk, _moment(since)],
        )
        return [float(row[0]) for row in cursor.fetchall()]


def _moment(since: float) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(since, UTC)


def pids() -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads(os.environ.get("BENCH_PIDS", "{}"))
    return found


def burst(version: FlowVersion, number: int) -> dict[str, Any]:
    """So many runs at once: steps a second from the first start to the last end."""
    meter, began = Meter(**pids()), time.time()
    for _ in range(number):
        begin(version)
    started = time.time() - began
    took = max(wait_for(version, began, 0.02)) - began
    return {"steps_s": STEPS * number / took, "start_s": round(started, 2), **meter.per_step(STEPS * number)}


def single(version: FlowVersion, number: int, warm: int = 4) -> list[float]:
    """Seconds from the start call to the recorded end, one run at a time."""
    took = []
    for k in range(number + warm):
        began = time.time()
        begin(version)
        ended = max(wait_for(version, began, 0.004))
        if k >= warm:
            took.append(ended - began)
    return took


def main(works: list[str]) -> dict[str, Any]:
    team, found = prepare(), dict[str, Any]()
    for number in range(WORKSPACES):
        save_connection(team, name=f"workspace {number}", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    noops, posts = version_of(team, "W2", in_a_row(set_step)), version_of(team, "W1", in_a_row(spread_step))
    burst(noops, 20)
    burst(posts, 20)
    for work in works:
        if work in ("w1", "w2"):
            version = posts if work == "w1" else noops
            found[work] = burst(version, 200) | {"seconds": single(version, 60)}
        elif work == "w3":
            found[work] = {"seconds": single(version_of(team, "W3", fan()), 30)}
        elif work == "w4":
            found[work] = {"seconds": single(version_of(team, "W4", large()), 5, 1)}
        elif work == "w6":
            found[work] = burst(posts, 200)
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
