"""The buckets in Redis, shared by all processes. While Redis is away nobody waits for it: a thread looks for its return."""

import logging
import random
import threading
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helix.engine.budget.bucket import Answer
from helix.engine.budget.pace import Pace

TIMEOUT_SECONDS = 0.5
QUIET_SECONDS = 5.0
PREFIX = "helix:budget:"
BEGINNING = f"{PREFIX}began"
SCRIPT = Path(__file__).with_name("bucket.lua").read_text()
log = logging.getLogger(__name__)


class Away(Exception):
    """Redis does not answer, or not in time."""


class Shared:
    """Asks and tells buckets in the Redis at `url`; raises Away, at most half a second later, when that cannot be done."""

    def __init__(self, url: str, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0),
            retry_on_error=[], health_check_interval=0,
        )  # fmt: skip
        self._script = self._redis.register_script(SCRIPT)
        self._quiet_seconds = quiet_seconds
        self._lock = threading.Lock()
        self._away = threading.Event()
        self._end = threading.Event()
        self._watch: threading.Thread | None = None
        self._greeted: set[str] | None = None  # buckets that were told of our return; None: we were never away

    def ask(
        self, place: str, pace: Pace, flow: str, weight: float, *, succeeded: int = 0, reach: float, not_before: float
    ) -> Answer:
        """As Bucket.ask, by the clock of Redis; `not_before` in seconds from now."""
        back = self._greeted is not None and place not in self._greeted
        given = (int(back), pace.gap, pace.slack, flow, weight, succeeded, reach, not_before, random.random())
        code, *times = self._run(place, "ask", "", *given)
        if back and self._greeted is not None:
            self._greeted.add(place)
        return Answer(code.decode(), *map(float, times))

    def tell(
        self, place: str, *, succeeded: int = 0, failed: bool = False, asked: float = 0.0, refused: bool = False
    ) -> bool:
        """As Bucket.tell."""
        return bool(self._run(place, "tell", "", succeeded, int(failed), asked, int(refused)))

    def _run(self, place: str, *arguments: str | int | float) -> Any:
        if self._away.is_set():
            raise Away
        try:
            return self._script(keys=[PREFIX + place, BEGINNING], args=arguments)
        except (redis.RedisError, OSError) as error:
            self._leave(error)
            raise Away from error

    def _leave(self, error: Exception) -> None:
        with self._lock:
            if self._away.is_set() or self._end.is_set():
                return
            self._away.set()
            self._watch = threading.Thread(target=self._until_back, name="helix-budget", daemon=True)
            self._watch.start()
        log.warning(
            "Redis cannot be reached (%s); calls keep half their pace until it is back.",
            type(error).__name__,
        )

    def _until_back(self) -> None:
        while not self._end.wait(self._quiet_seconds):
            try:
                self._redis.ping()
            except (redis.RedisError, OSError):
                continue
            with self._lock:
                self._greeted = set()
                self._away.clear()
            log.warning("Redis is back; calls share their pace again.")
            return

    def is_away(self) -> bool:
        """Whether this process does without Redis for now."""
        return self._away.is_set()

    def close(self) -> None:
        """End the thread and the connections; for tests and the end of a process."""
        self._end.set()
        if self._watch is not None:
            self._watch.join(2 * TIMEOUT_SECONDS + 1)
        self._redis.close()
