"""Is Helix well? Facts for `doctor`, /healthz (this process answers) and /readyz (it can do its work)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from helix.connections import vault
from helix.engine.invariants import broken
from helix.engine.models import Worker
from helix.queue import app
from helix.triggers.invariants import broken_triggers

LOOKED_AT = 1000
"""Runs that doctor looks at beside those that are live: it is asked every minute."""


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    message: str
    hint: str = ""


def examine() -> tuple[list[Finding], dict[str, Any]]:
    """Every finding, and the addresses of the parts: {"web", "sandbox"}."""
    database = _database()
    findings = [database, _redis()]
    if database.ok:
        findings += [
            _process("worker", "celery -A helix.celery worker"),
            _process("scheduler", "manage.py scheduler"),
            _vault(),
            _clock(),
            _invariants(),
        ]
    base = settings.HELIX.HELIX_BASE_URL or f"http://localhost:{settings.HELIX.HELIX_PORT}"
    addresses = {"web": base, "sandbox": settings.HELIX.HELIX_SANDBOX_URL or None}
    return findings, addresses


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Finding(
            "database",
            False,
            f"it does not answer ({str(error).splitlines()[0]}).",
            "Look at DATABASE_URL and whether the server runs.",
        )
    return Finding("database", True, connection.vendor)


def _redis() -> Finding:
    try:
        with app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OperationalError, OSError, ValueError) as error:
        return Finding(
            "redis",
            False,
            f"it does not answer ({type(error).__name__}); steps start up to two seconds later.",
            "Look at REDIS_URL.",
        )
    return Finding("redis", True, "it answers.")


def _process(kind: str, command: str) -> Finding:
    last = Worker.objects.filter(kind=kind).order_by("-ticked_at").values_list("ticked_at", flat=True).first()
    if last is None:
        return Finding(kind, False, "none has ever given a sign of life.", f"Start one: {command}")
    seconds = (timezone.now() - last).total_seconds()
    if seconds > 30:
        return Finding(kind, False, f"the last sign of life is {seconds:.0f} seconds old.", f"Start one: {command}")
    return Finding(kind, True, f"alive {seconds:.0f} seconds ago.")


def _vault() -> Finding:
    try:
        vault.ring()
    except vault.VaultLocked as error:
        return Finding("vault", False, str(error))
    return Finding("vault", True, f"{len(vault.ring())} key(s).")


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (now,) = cursor.fetchone()
    there = now if isinstance(now, datetime) else datetime.fromisoformat(f"{now}+00:00")
    drift = abs((timezone.now() - there).total_seconds())
    return Finding("clock", drift < 5, f"{drift:.1f} seconds from the database's.", "Set both machines' clocks by NTP.")


def _invariants() -> Finding:
    found = [*broken(newest=LOOKED_AT), *broken_triggers()]
    return Finding(
        "invariants", not found, "; ".join(found) or "all hold.", "This is a defect; please report it with this line."
    )


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, so that requests can be served; 503 otherwise."""
    database = _database()
    return JsonResponse({"status": "ok" if database.ok else "database unreachable"}, status=200 if database.ok else 503)
