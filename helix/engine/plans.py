"""Plans of versions, kept in the process: a version never changes, so neither does its plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from helix.expressions import analyze
from helix.flows.models import FlowVersion
from helix.flows.plan import Plan


@dataclass(frozen=True)
class Mentioned:
    """What a step's expressions read: outputs of these steps, and whether the loop's item."""

    steps: frozenset[str]
    item: bool


@lru_cache(maxsize=256)
def plan_of(version_id: UUID) -> Plan:
    """The plan of this version."""
    return Plan.read(FlowVersion.objects.only("plan").get(pk=version_id).plan)


@lru_cache(maxsize=8192)
def mentioned(version_id: UUID, node: str) -> Mentioned:
    """What this step's expressions mention."""
    paths = [reference.path for reference in analyze(plan_of(version_id).nodes[node].config)]
    return Mentioned(
        frozenset(str(path[1]) for path in paths if len(path) > 1 and path[0] == "steps"),
        any(path[0] in ("item", "index") for path in paths if path),
    )


def deadline_of(plan: Plan, entry: str, now: datetime) -> datetime | None:
    """When a run that begins now at this trigger must have ended; None when the flow sets no limit."""
    minutes = plan.nodes[entry].config.get("limit_minutes")
    return now + timedelta(minutes=minutes) if minutes else None
