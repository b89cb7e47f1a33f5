"""The parts that Helix is made of: does each answer?"""

import socket
from datetime import datetime

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from helix.engine.invariants import broken
from helix.engine.models import Worker
from helix.health.finding import Finding
from helix.queue import DEFAULT_BROKER
from helix.triggers.invariants import broken_triggers

LOOKED_AT = 1000
"""Runs that doctor looks at beside those that are live: it is asked every minute."""
SILENT_SECONDS = 30
COMMANDS = {"worker": "celery -A helix.celery worker", "scheduler": "manage.py scheduler"}


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        words = f"it does not answer ({str(error).splitlines()[0]})."
        return Finding("database", False, words, "Look at DATABASE_URL and whether the server runs.")
    return Finding("database", True, f"{connection.vendor}.")


def migrations() -> Finding:
    """Whether the tables are those of this version of Helix."""
    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations), set(loader.disk_migrations)
    ours = {app for app, _ in known}
    if missing := known - applied:
        words = f"{len(missing)} changes of the tables are missing, {'.'.join(min(missing))} first."
        return Finding("migrations", False, words, "Run `manage.py migrate`.")
    if newer := {each for each in applied - known if each[0] in ours}:
        words = f"The database is of a newer Helix ({'.'.join(max(newer))})."
        return Finding("migrations", False, words, "Start that version, or restore a backup made by this one.")
    return Finding("migrations", True, "the tables are those of this version.")


def queue(patience: float = 2.0) -> Finding:
    url = settings.HELIX.REDIS_URL or DEFAULT_BROKER
    try:
        with redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience) as client:
            memory = client.info("memory")
    except (redis.RedisError, OSError, ValueError) as error:
        words = f"it does not answer ({type(error).__name__}); steps start up to two seconds later."
        return Finding("redis", False, words, "Look at REDIS_URL and whether the server runs.")
    policy, most = memory.get("maxmemory_policy", "noeviction"), memory.get("maxmemory", 0)
    if most and policy != "noeviction":
        words = f"it forgets what it holds when it is full (maxmemory-policy {policy}): messages and the pace of calls would be lost."
        return Finding("redis", False, words, "Set maxmemory-policy to noeviction, or give Helix a Redis of its own.")
    return Finding("redis", True, "it answers.")


def process(kind: str, *, here: bool = False) -> Finding:
    """Whether a process of this kind gave a sign of life lately; with `here`, one on this host."""
    signs = Worker.objects.filter(kind=kind)
    if here:
        signs = signs.filter(name__startswith=f"{kind}:{socket.gethostname()[:64]}:")
    last = signs.order_by("-ticked_at").values_list("ticked_at", flat=True).first()
    start = f"Start one: {COMMANDS[kind]}"
    if last is None:
        return Finding(kind, False, "none has ever given a sign of life.", start)
    seconds = (timezone.now() - last).total_seconds()
    if seconds > SILENT_SECONDS:
        return Finding(kind, False, f"the last sign of life is {seconds:.0f} seconds old.", start)
    return Finding(kind, True, f"alive {max(seconds, 0):.0f} seconds ago.")


def clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (now,) = cursor.fetchone()
    there = now if isinstance(now, datetime) else datetime.fromisoformat(f"{now}+00:00")
    drift = abs((timezone.now() - there).total_seconds())
    return Finding("clock", drift < 5, f"{drift:.1f} seconds from the database's.", "Set both machines' clocks by NTP.")


def invariants() -> Finding:
    found = [*broken(newest=LOOKED_AT), *broken_triggers()]
    hint = "This is a defect; please report it with this line."
    return Finding("invariants", not found, "; ".join(found) or "all hold.", hint)
