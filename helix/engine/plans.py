"""Plans of versions, kept in the process: a version never changes, so neither does its plan."""

from functools import lru_cache
from uuid import UUID

from helix.expressions import analyze
from helix.flows.models import FlowVersion
from helix.flows.plan import Plan


@lru_cache(maxsize=256)
def plan_of(version_id: UUID) -> Plan:
    """The plan of this version."""
    return Plan.read(FlowVersion.objects.only("plan").get(pk=version_id).plan)


@lru_cache(maxsize=4096)
def read_by(version_id: UUID, node: str) -> frozenset[str]:
    """Keys of the steps whose output this node's expressions mention."""
    return frozenset(
        str(reference.path[1])
        for reference in analyze(plan_of(version_id).nodes[node].config)
        if len(reference.path) > 1 and reference.path[0] == "steps"
    )
