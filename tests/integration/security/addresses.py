"""Every address of Helix as the resolver knows it, and how a real one is written for a world."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.integration.security.world import World

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def routes() -> list[str]:
    """The patterns of all addresses, each once: `t/<slug:team>/runs/<uuid:run_id>/`."""
    return sorted(set(_walk(get_resolver().url_patterns)))


def _walk(patterns: list[URLPattern | URLResolver], place: str = "") -> Iterator[str]:
    for pattern in patterns:
        at = f"{place}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, at)
        else:
            yield at


def parameters(route: str) -> list[str]:
    """Names of what the address holds of a team's own: ids, slugs, keys."""
    return [match[2] for match in PARAMETER.finditer(route)]


def written(route: str, world: World, **instead: Any) -> str:
    """The address of the world's own things; `instead` puts something else in the place of some."""
    values = {**world.values(route), **instead}
    return "/" + PARAMETER.sub(lambda match: str(values[match[2]]), route)
