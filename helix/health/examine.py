"""All findings, in the order in which they are to be read."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from django.conf import settings

from helix.health import choices, parts
from helix.health.finding import Finding

Check = Callable[[], Finding | Iterable[Finding]]


def checks(*, here: bool = False) -> dict[str, Check]:
    """Name -> what finds it out. Those after `redis` need a database that answers."""
    return {
        "database": parts.database,
        "redis": parts.queue,
        "migrations": parts.migrations,
        "worker": partial(parts.process, "worker", here=here),
        "scheduler": partial(parts.process, "scheduler", here=here),
        "secret key": choices.keys,
        "vault": choices.vault_keys,
        "address": choices.address,
        "debug": choices.debug,
        "mail": choices.mail,
        "settings": choices.names,
        "clock": parts.clock,
        "disk": choices.disk,
        "durability": choices.durability,
        "invariants": parts.invariants,
    }


WITHOUT_TABLES = ("database", "redis", "migrations", "secret key", "address", "debug", "mail", "settings", "clock")


def examine(only: Collection[str] = (), *, here: bool = False) -> tuple[list[Finding], dict[str, Any]]:
    """The findings, and the addresses of the parts: {"web", "sandbox"}. `here`: processes of this host."""
    found: list[Finding] = []
    usable: dict[str, bool] = {}
    for name, check in checks(here=here).items():
        if only and name not in (*only, "database"):
            continue
        if usable.get("database") is False and name not in (
            "redis",
            "secret key",
            "address",
            "debug",
            "mail",
            "settings",
        ):
            continue
        if usable.get("migrations") is False and name not in WITHOUT_TABLES:
            continue
        result = check()
        for each in [result] if isinstance(result, Finding) else result:
            found.append(each)
            usable[each.name] = each.ok
    base = settings.HELIX.HELIX_BASE_URL or f"http://localhost:{settings.HELIX.HELIX_PORT}"
    return found, {"web": base, "sandbox": settings.HELIX.HELIX_SANDBOX_URL or None}
