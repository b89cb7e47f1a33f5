"""The figures under the names that Prometheus knows them by. docs/operations.md lists them; a test compares."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator

from django.db import Error as DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from helix.metrics.facts import Facts, Heap, read
from helix.metrics.queue import look

KEPT_SECONDS = 2.0
log = logging.getLogger(__name__)


class HelixCollector(Collector):
    """Reads the database and Redis once for each page of figures."""

    def collect(self) -> Iterator[Metric]:
        began = time.perf_counter()
        queue = look()
        yield _gauge("helix_redis_up", "1 while Redis answers.", queue.answers)
        if queue.answers:
            yield _gauge("helix_queue_messages", "Messages that wait for a worker; hints, not work.", queue.messages)
            yield _gauge("helix_redis_bytes", "Memory that Redis uses.", queue.bytes)
        try:
            facts = read()
        except DatabaseError as error:
            log.warning("The figures cannot be read: %s", error)
            yield _gauge("helix_database_up", "1 while the database answers.", 0)
        else:
            yield _gauge("helix_database_up", "1 while the database answers.", 1)
            yield from _work(facts)
            yield from _incoming(facts)
            yield from _connections(facts)
            yield from _processes(facts)
            yield from _totals(facts.totals)
        yield _gauge("helix_scrape_seconds", "What it took to read these figures.", time.perf_counter() - began)

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not read the database."""
        return ()


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _labelled(name: str, words: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=labels)
    for label, value in values:
        found.add_metric(label, float(value))
    return found


def _work(facts: Facts) -> Iterator[Metric]:
    yield _labelled(
        "helix_runs", "Runs that have not ended, by state.", ["state"], (([k], v) for k, v in facts.runs.items())
    )
    steps = facts.steps.items()
    yield _labelled(
        "helix_steps", "Steps under way, by state; unknown ones wait for a person.", ["state"],
        (([state], heap.count) for state, heap in steps),
    )  # fmt: skip
    yield _gauge("helix_ready_oldest_seconds", "How long the first ready step has waited.", facts.steps["ready"].late)
    yield _gauge(
        "helix_timer_late_seconds", "How late the first sleeping step is to be woken.", facts.steps["waiting"].late
    )
    yield _gauge(
        "helix_lease_overdue_seconds", "How long the lease of a silent worker's step is over.",
        facts.steps["running"].late,
    )  # fmt: skip
    yield _gauge(
        "helix_unknown_oldest_seconds", "How long the first call in doubt waits for a person.",
        facts.steps["unknown"].late,
    )  # fmt: skip
    yield _labelled(
        "helix_alerts_open", "Open alerts, by kind.", ["kind"], (([kind], number) for kind, number in facts.alerts.items())
    )  # fmt: skip


def _incoming(facts: Facts) -> Iterator[Metric]:
    def pair(name: str, words: str, heap: Heap) -> Iterator[Metric]:
        yield _gauge(f"helix_{name}", f"{words}.", heap.count)
        yield _gauge(f"helix_{name}_late_seconds", f"{words}: how late the first of them is.", heap.late)

    yield from pair("inbox", "Deliveries that are no runs yet", facts.inbox)
    yield from pair("notices_waiting", "Alerts on their way", facts.notices)
    yield from pair("schedules", "Schedules that are armed", facts.schedules)


def _connections(facts: Facts) -> Iterator[Metric]:
    labels = ["team", "connection", "kind"]
    yield _labelled(
        "helix_budget_used", "Calls, broadcasts and people sent to of each connection today (UTC).", labels,
        (([use.team, use.connection, use.kind], use.used) for use in facts.uses),
    )  # fmt: skip
    yield _labelled(
        "helix_budget_cap", "The caps of a day, where there are any.", labels,
        (([use.team, use.connection, use.kind], use.cap) for use in facts.uses if use.cap is not None),
    )  # fmt: skip
    yield _labelled(
        "helix_connection_paused", "1 while a refused key has paused the connection.", labels[:2],
        (([team, name], paused) for (team, name), paused in facts.paused.items()),
    )  # fmt: skip


def _processes(facts: Facts) -> Iterator[Metric]:
    yield _labelled(
        "helix_processes_alive", "Processes that gave a sign of life in the last 15 seconds.", ["kind"],
        (([kind], alive) for kind, (alive, _) in facts.workers.items()),
    )  # fmt: skip
    yield _labelled(
        "helix_sign_of_life_seconds", "Since the latest sign of life; -1: there was never one.", ["kind"],
        (([kind], ago) for kind, (_, ago) in facts.workers.items()),
    )  # fmt: skip
    yield _gauge("helix_database_bytes", "Size of the database.", facts.database_bytes)


def _totals(totals: dict[str, int]) -> Iterator[Metric]:
    for thing in ("runs", "steps"):
        found = CounterMetricFamily(f"helix_{thing}_ended", f"{thing.capitalize()} that have ended, by state.", labels=["state"])  # fmt: skip
        for name, count in totals.items():
            if name.startswith(f"{thing}."):
                found.add_metric([name.partition(".")[2]], count)
        yield found
    yield CounterMetricFamily("helix_attempts", "Attempts at steps of ended runs.", value=totals.get("attempts", 0))


_registry = CollectorRegistry(auto_describe=False)
_registry.register(HelixCollector())
_lock = threading.Lock()
_kept: list[tuple[float, bytes]] = []


def page() -> bytes:
    """The figures as Prometheus reads them, as they were two seconds ago or less: many readers cost no more than one."""
    with _lock:
        if not _kept or time.monotonic() > _kept[0][0]:
            _kept[:] = [(time.monotonic() + KEPT_SECONDS, generate_latest(_registry))]
        return _kept[0][1]


def forget() -> None:
    """Read anew next time."""
    with _lock:
        _kept.clear()
