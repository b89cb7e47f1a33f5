"""Original parameters as they are kept in a placeholder: as JSON that a person reads, without what looks like a key."""

import json
from collections.abc import Mapping
from typing import Any

from integrations.http.discretion import discreet, is_secretive
from integrations.kit.auth import MASK

LONGEST = 60_000


def kept(parameters: Mapping[str, Any]) -> str:
    """The parameters as JSON text."""
    text = json.dumps(_discreet(parameters), ensure_ascii=False, indent=1, default=str)
    return (
        text
        if len(text) <= LONGEST
        else f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters stayed in the file)"
    )


def _discreet(value: Any, depth: int = 0) -> Any:
    if depth > 60:
        return "…"
    if isinstance(value, Mapping):
        named = value.get("name")
        hides = isinstance(named, str) and is_secretive(named)
        return {
            str(name): MASK
            if isinstance(part, str) and part and not part.startswith("=") and (is_secretive(str(name)) or (hides and name == "value"))
            else _discreet(part, depth + 1)
            for name, part in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [_discreet(part, depth + 1) for part in value]
    if isinstance(value, str) and "://" in value and len(value) < 5_000:
        return discreet({"url": value})["url"]
    return value
