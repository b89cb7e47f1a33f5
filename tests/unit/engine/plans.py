"""Plans in short, for tests of what follows from outcomes; types need not exist."""

from typing import Any

from helix.flows.plan import Plan, PlanNode, order
from tests.build import edge


def plan_from(types: dict[str, str], edges: list[str], **changes: dict[str, Any]) -> Plan:
    """A plan of these steps (key -> type) and edges (`a>b`, `a:yes>b`), the first step its trigger; `changes` by key."""
    nodes = {
        key: PlanNode.model_validate({"key": key, "type": kind, **changes.get(key, {})}) for key, kind in types.items()
    }
    out: dict[str, dict[str, tuple[str, ...]]] = {key: {} for key in types}
    into: dict[str, list[tuple[str, str]]] = {key: [] for key in types}
    for one in map(edge, edges):
        source, port, target = one["source"], one["port"], one["target"]
        out[source][port] = (*out[source].get(port, ()), target)
        into[target].append((source, port))
    return Plan(
        nodes=nodes,
        out=out,
        into={key: tuple(sources) for key, sources in into.items()},
        triggers=(next(iter(types)),),
        order=order(list(types), into),
    )
