"""Parts of a flow, to be tested on their own: everything up to a step, or one step alone. Pure."""

from typing import Any

from helix.flows.plan import Plan

LOOP = "logic.for_each"


def up_to(graph: dict[str, Any], key: str) -> dict[str, Any]:
    """The graph's JSON with this step and those that lead to it; a loop keeps its body. Notes stay out."""
    nodes, edges = graph.get("nodes") or [], graph.get("edges") or []
    kept = _before(edges, key)
    if any(node.get("key") == key and node.get("type") == LOOP for node in nodes):
        kept |= _after(edges, [edge["target"] for edge in edges if edge["source"] == key and edge["port"] == "each"])
    return {
        **graph,
        "nodes": [node for node in nodes if node.get("key") in kept],
        "edges": [edge for edge in edges if edge["source"] in kept and edge["target"] in kept],
        "notes": [],
    }


def _before(edges: list[dict[str, Any]], key: str) -> set[str]:
    found, look = {key}, [key]
    while look:
        here = look.pop()
        fresh = [edge["source"] for edge in edges if edge["target"] == here and edge["source"] not in found]
        found.update(fresh)
        look.extend(fresh)
    return found


def _after(edges: list[dict[str, Any]], starts: list[str]) -> set[str]:
    found, look = set(starts), list(starts)
    while look:
        here = look.pop()
        fresh = [edge["target"] for edge in edges if edge["source"] == here and edge["target"] not in found]
        found.update(fresh)
        look.extend(fresh)
    return found


def only(plan: Plan, key: str, entry: str) -> Plan:
    """The plan of a run that goes from its trigger straight to this step; a loop keeps its body. Steps before it stay known,
    so that what they gave can be read, but are not part of the run."""
    inside = {step for step, loop in plan.loop_of.items() if loop and key in plan.loops(step)}
    run = {entry, key} | inside
    out: dict[str, dict[str, tuple[str, ...]]] = {
        step: {
            port: kept
            for port, targets in plan.out.get(step, {}).items()
            if (kept := tuple(each for each in targets if each in inside))
        }
        for step in plan.nodes
        if step in inside or step == key
    }
    into: dict[str, tuple[tuple[str, str], ...]] = {
        step: tuple((source, port) for source, port in plan.into.get(step, ()) if source in run) for step in inside
    }
    if entry != key:
        out[entry] = {"next": (key,)}
        into[key] = ((entry, "next"),)
    return Plan(
        nodes=plan.nodes,
        out={step: out.get(step, {}) for step in plan.nodes},
        into={step: into.get(step, ()) for step in plan.nodes},
        triggers=(entry,),
        order=tuple([entry, *(step for step in plan.order if step in run and step != entry)]),
        loop_of={step: plan.loop_of.get(step, "") if step in inside else "" for step in plan.nodes},
    )
