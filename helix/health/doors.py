"""/healthz: this process answers. /readyz: it can do its work, and how the parts beside it are."""

import threading
import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from helix.health import parts
from helix.health.finding import Finding

KEPT_SECONDS = 1.0
QUEUE_SECONDS = 0.5
_lock = threading.Lock()
_kept: list[tuple[float, dict[str, str]]] = []
_migrated: list[Finding] = []


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 when requests cannot be served: no database, or tables of another version. Redis, worker or scheduler away: 200 and
    `degraded`, since pages and deliveries still work and nothing is lost."""
    with _lock:
        if not _kept or time.monotonic() > _kept[0][0]:
            _kept[:] = [(time.monotonic() + KEPT_SECONDS, _look())]
        checks = _kept[0][1]
    needed = all(checks.get(name) == "ok" for name in ("database", "migrations"))
    status = "unavailable" if not needed else "ok" if set(checks.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, "checks": checks}, status=200 if needed else 503)


def forget() -> None:
    """Look anew next time."""
    with _lock:
        _kept.clear()
        _migrated.clear()


def _look() -> dict[str, str]:
    """Name of a part -> ok, or one word; no details, for anybody may ask."""
    found = {"database": parts.database()}
    if found["database"].ok:
        try:
            found["migrations"] = _migrations()
            if found["migrations"].ok:
                found |= {kind: parts.process(kind) for kind in ("worker", "scheduler")}
        except DatabaseError:
            found["database"] = Finding("database", False, "")
    found["redis"] = parts.queue(QUEUE_SECONDS)
    bad = {"database": "unreachable", "migrations": "outdated", "redis": "unreachable"}
    return {name: "ok" if finding.ok else bad.get(name, "silent") for name, finding in found.items()}


def _migrations() -> Finding:
    """Once the tables are right they stay so for as long as this process lives."""
    if not _migrated:
        finding = parts.migrations()
        if not finding.ok:
            return finding
        _migrated.append(finding)
    return _migrated[0]
