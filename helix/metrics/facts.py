"""How Helix stands, in figures. Each is one query that follows an index of what is under way, so its cost does not grow with the
runs that are stored. Conditions are written out as the indexes have them: so both databases know that an index answers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from helix.engine.models import Worker

LIVE_RUNS = "SELECT state, count(*) FROM engine_run WHERE state IN ('queued', 'running', 'waiting') GROUP BY state"
STEPS = {
    "ready": "SELECT count(*), min(due_at) FROM engine_steprun WHERE state = 'ready'",
    "running": "SELECT count(*), min(lease_until) FROM engine_steprun WHERE state = 'running'",
    "waiting": "SELECT count(*), min(due_at) FROM engine_steprun WHERE state = 'waiting'",
    "unknown": "SELECT count(*), min(sent_at) FROM engine_steprun WHERE state = 'unknown'",
}
INBOX = "SELECT count(*), min(due_at) FROM triggers_triggerinbox WHERE state = 'new'"
NOTICES = "SELECT count(*), min(due_at) FROM alerts_delivery WHERE state = 'waiting'"
SCHEDULES = "SELECT count(*), min(next_fire_at) FROM triggers_schedule WHERE armed"
ALERTS = "SELECT kind, count(*) FROM alerts_alertstate WHERE is_open GROUP BY kind"
TOTALS = "SELECT name, count FROM insights_total"
CONNECTIONS = (
    "SELECT t.slug, c.name, u.kind, u.used, c.daily_calls, c.daily_broadcasts, c.daily_people, c.paused_at IS NOT NULL "
    "FROM connections_connection c JOIN teams_team t ON t.id = c.team_id "
    "LEFT JOIN budget_dailyuse u ON u.connection_id = c.id AND u.day = %s"
)
QUERIES = (LIVE_RUNS, *STEPS.values(), INBOX, NOTICES, SCHEDULES, ALERTS, TOTALS)
ALIVE = timedelta(seconds=15)


@dataclass(frozen=True)
class Heap:
    """How many there are, and the seconds by which the first of them is late (0: it is not)."""

    count: int
    late: float


@dataclass(frozen=True)
class Use:
    """What a connection has used of a cap today; `cap` is None where there is none."""

    team: str
    connection: str
    kind: str
    used: int
    cap: int | None


@dataclass(frozen=True)
class Facts:
    """Everything that the database tells."""

    runs: dict[str, int]
    steps: dict[str, Heap]
    inbox: Heap
    notices: Heap
    schedules: Heap
    alerts: dict[str, int]
    totals: dict[str, int]
    uses: list[Use]
    paused: dict[tuple[str, str], bool]
    workers: dict[str, tuple[int, float]]  # kind -> how many are alive, seconds since the latest sign of life
    database_bytes: int


def read() -> Facts:
    """The figures as they are now."""
    now = timezone.now()
    uses, paused = _connections(now)
    return Facts(
        runs={"queued": 0, "running": 0, "waiting": 0, **dict(_rows(LIVE_RUNS))},
        steps={state: _heap(sql, now) for state, sql in STEPS.items()},
        inbox=_heap(INBOX, now),
        notices=_heap(NOTICES, now),
        schedules=_heap(SCHEDULES, now),
        alerts=dict(_rows(ALERTS)),
        totals=dict(_rows(TOTALS)),
        uses=uses,
        paused=paused,
        workers=_workers(now),
        database_bytes=_size(),
    )


def _rows(sql: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _heap(sql: str, now: datetime) -> Heap:
    count, first = _rows(sql)[0]
    if isinstance(first, str):  # SQLite
        first = datetime.fromisoformat(first).replace(tzinfo=UTC)
    return Heap(count, max((now - first).total_seconds(), 0.0) if first else 0.0)


def _connections(now: datetime) -> tuple[list[Use], dict[tuple[str, str], bool]]:
    uses, paused = [], {}
    for team, name, kind, used, calls, broadcasts, people, is_paused in _rows(
        CONNECTIONS, [now.astimezone(UTC).date()]
    ):
        paused[team, name] = bool(is_paused)
        if kind is not None:
            caps = {"calls": calls, "broadcasts": broadcasts, "people": people}
            uses.append(Use(team, name, kind, used, caps[kind]))
    return uses, paused


def _workers(now: datetime) -> dict[str, tuple[int, float]]:
    found = {"worker": (0, -1.0), "scheduler": (0, -1.0)}
    for kind, ticked_at in Worker.objects.order_by("ticked_at").values_list("kind", "ticked_at"):
        ago = (now - ticked_at).total_seconds()
        found[kind] = (found.get(kind, (0, 0))[0] + (ago < ALIVE.total_seconds()), max(ago, 0.0))
    return found


def _size() -> int:
    if connection.vendor == "postgresql":
        return int(_rows("SELECT pg_database_size(current_database())")[0][0])
    name = str(connection.settings_dict["NAME"])
    return sum(path.stat().st_size for path in (Path(name), Path(f"{name}-wal")) if path.exists())
