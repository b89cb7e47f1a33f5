"""Steps that reach many people at once: publishing a flow with one wants its name typed. Pure."""

import json

MASS = frozenset({"customerio.trigger_broadcast"})


def unconfirmed(name: str, graph_text: str, typed: str) -> str:
    """Why the flow of this name may not be published as it stands: it sends to many, and its name was not typed. "" when it may."""
    mass = mass_steps(graph_text)
    if not mass or typed.strip() == name:
        return ""
    names = ", ".join(f"“{step}”" for step in mass[:5])
    return f"This flow triggers a broadcast ({names}), which cannot be recalled. Type the flow's name to publish it."


def warning(graph_text: str) -> str:
    """What whoever starts a flow of this graph should know; "" when it reaches nobody at once."""
    mass = mass_steps(graph_text)
    return f"It triggers a broadcast (“{mass[0]}”), which cannot be recalled." if mass else ""


def mass_steps(graph_text: str) -> list[str]:
    """Names of the switched-on steps of this graph that trigger a broadcast; none when the text is no graph."""
    try:
        nodes = json.loads(graph_text or "{}").get("nodes", [])
    except (ValueError, AttributeError):
        return []
    found = [node for node in nodes if isinstance(node, dict) and node.get("type") in MASS and not node.get("disabled")]
    return [str(node.get("name") or node.get("key") or "") for node in found]
