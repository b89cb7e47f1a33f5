"""Every step type as the canvas draws it: the palette of the editor, the pictures of runs."""

from functools import lru_cache
from typing import Any

from helix.flows.steps import STEP_TYPES
from integrations.catalog import INTEGRATIONS


@lru_cache(maxsize=1)
def palette() -> dict[str, dict[str, Any]]:
    """By type, in the order of the palette."""
    return {
        step.key: {
            "type": step.key,
            "kind": step.kind,
            "family": step.family,
            "family_title": INTEGRATIONS[step.family].title if step.family in INTEGRATIONS else None,
            "title": step.title,
            "help": step.help,
            "icon": step.icon,
            "ports": [{"key": port.key, "label": port.label} for port in step.ports({"config": step.defaults})],
            "needs_connection": step.integration is not None,
            "integration": step.integration,
            "key_family": step.key_family,
            "destructive": step.destructive,
            "deprecated": step.deprecated,
            "defaults": step.defaults,
            "hidden": step.hidden,
        }
        for step in STEP_TYPES.values()
    }
