"""Steps that reach many people at once: publishing a flow with one wants its name typed. Pure."""

import json

MASS = frozenset({"customerio.trigger_broadcast"})


def mass_steps(graph_text: str) -> list[str]:
    """Names of the switched-on steps of this graph that trigger a broadcast; none when the text is no graph."""
    try:
        nodes = json.loads(graph_text or "{}").get("nodes", [])
    except (ValueError, AttributeError):
        return []
    found = [node for node in nodes if isinstance(node, dict) and node.get("type") in MASS and not node.get("disabled")]
    return [str(node.get("name") or node.get("key") or "") for node in found]
