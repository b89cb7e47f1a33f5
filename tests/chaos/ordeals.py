"""Ordeals: one named fault, long or again and again, while runs are carried (RELIABILITY 6.1, beyond the matrix and the storm)."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.chaos.matrix import Grounds
from tests.chaos.outcome import Result
from tests.chaos.storm import Weather, under
from tests.rig.installation import Installation
from tests.rig.process import Process

LONG_SECONDS = 20.0
LOCKED_SECONDS = 10.0
FULL_SECONDS = 4.0
RESTARTS, RESTART_SECONDS = 20, 30.0
CUTS = 20
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
CLOCKS = ("+1h", "-1h", "+3d")
SMALL_DISK_MB = 96


class Ordeal(Weather):
    """Things that happen in order; the scheduler and the workers are seen to between two of them."""

    def __init__(self, place: Grounds, installation: Installation) -> None:
        super().__init__(place, installation)
        self.acts = self.script()

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        """What happens, each with its name."""
        raise NotImplementedError

    @property
    def is_over(self) -> bool:
        return not self.acts

    def once(self) -> None:
        name, act = self.acts.pop(0)
        time.sleep(0.5)
        act()
        self.counts[name] += 1
        self.mend()


class RedisFrozen(Ordeal):
    """The queue does not answer for a while, twice."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [(f"Redis frozen for {LONG_SECONDS:g} s", self._freeze_redis)] * 2

    def _freeze_redis(self) -> None:
        assert self.place.redis and self.place.redis.process
        self.place.redis.process.signal(signal.SIGSTOP)
        time.sleep(LONG_SECONDS)
        self.place.redis.process.signal(signal.SIGCONT)


class RedisAway(Ordeal):
    """The queue is gone for a while, twice."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [(f"Redis away for {LONG_SECONDS:g} s", self._end_redis)] * 2

    def _end_redis(self) -> None:
        assert self.place.redis
        self.place.redis.kill()
        time.sleep(LONG_SECONDS)
        self.place.redis.start()


class Locked(Ordeal):
    """An outsider holds the database's write lock."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [(f"locked for {LOCKED_SECONDS:g} s", self._lock)] * 3

    def _lock(self) -> None:
        if self.place.postgres:
            with psycopg.connect(_plain(self.installation.database_url)) as server:
                server.execute("LOCK TABLE engine_run, engine_steprun IN EXCLUSIVE MODE")
                time.sleep(LOCKED_SECONDS)
            return
        file = sqlite3.connect(self.installation.folder / "helix.sqlite3", timeout=30, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        file.execute("ROLLBACK")
        file.close()


class Cut(Ordeal):
    """Every connection to PostgreSQL is cut off."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [("all connections cut", self._cut)] * CUTS

    def _cut(self) -> None:
        with psycopg.connect(_plain(self.installation.database_url), autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'helix'"
            )


class Restarts(Ordeal):
    """Workers are asked to end, one after the other, as an upgrade does. No call may be left in doubt by it."""

    slowest = 0.0

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [("restart", self._restart)] * RESTARTS

    def _restart(self) -> None:
        oldest = self.workers.pop(0)
        self.workers.append(self.worker())
        time.sleep(3.0)  # the new one takes work
        before = time.monotonic()
        oldest.signal(signal.SIGTERM)
        while oldest.code is None and time.monotonic() - before < RESTART_SECONDS:
            time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - before)
        oldest.kill()

    def judge(self, result: Result) -> None:
        result.say(f"a worker ended within {self.slowest:.1f} s")
        if result.unknown:
            result.broken.append(f"{result.unknown} calls in doubt after orderly restarts")
        if self.slowest >= RESTART_SECONDS:
            result.broken.append("a worker did not end when asked to")


class Clocks(Ordeal):
    """The workers' clocks are an hour ahead, an hour behind and three days ahead of the scheduler's."""

    def worker(self) -> Process:
        if not Path(FAKETIME).exists():
            raise SystemExit("The ordeal of the clocks needs Debian's package faketime.")
        self._clock = (getattr(self, "_clock", -1) + 1) % len(CLOCKS)
        clock = {"LD_PRELOAD": FAKETIME, "FAKETIME": CLOCKS[self._clock], "DONT_FAKE_MONOTONIC": "1"}
        return self.installation.worker(4, **clock)

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        dice = random.Random(7)
        return [("worker with another clock killed", lambda: dice.choice(self.workers).kill())] * 6


class DiskFull(Ordeal):
    """The disk is full for a while, again and again."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [(f"disk full for {FULL_SECONDS:g} s", self._fill)] * 4

    def _fill(self) -> None:
        ballast = self.installation.folder / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)
        time.sleep(FULL_SECONDS)
        ballast.unlink()


@dataclass(frozen=True)
class Plan:
    """An ordeal: its weather, the databases it is for, how many runs, and on what disk."""

    weather: type[Weather]
    databases: tuple[str, ...] = ("sqlite", "postgres")
    runs: int = 60
    on_disk_of_mb: int = 0
    crowd: str = "tests.chaos.crowd"
    lease_seconds: int = 2


class Calm(Ordeal):
    """Nothing happens but what the crowd does itself."""

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [("nothing", lambda: None)]


ORDEALS: Mapping[str, Plan] = {
    "redis-frozen": Plan(RedisFrozen),
    "redis-away": Plan(RedisAway),
    "locked": Plan(Locked),
    "cut": Plan(Cut, ("postgres",)),
    "restarts": Plan(Restarts, lease_seconds=20),
    "clocks": Plan(Clocks),
    "disk-full": Plan(DiskFull, ("sqlite",), on_disk_of_mb=SMALL_DISK_MB),
    "cancels": Plan(Calm, runs=300, crowd="tests.chaos.cancelling"),
}


def go_through(name: str, database: str) -> Result:
    """One ordeal on one database."""
    plan = ORDEALS[name]
    return under(
        database,
        plan.runs,
        plan.weather,
        name,
        crowd_of=plan.crowd,
        on_disk_of_mb=plan.on_disk_of_mb,
        lease_seconds=plan.lease_seconds,
    )


def _plain(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)
