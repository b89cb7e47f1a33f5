"""How often one token may call: a bucket shared by all processes through Redis. While Redis is away nobody is held up."""

import logging
import math
import threading
import time
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

PER_MINUTE = 600
BURST = 120
"""Calls that may come at once; after them one every `60 / PER_MINUTE` seconds."""
QUIET_SECONDS = 5.0
TIMEOUT_SECONDS = 0.3
PREFIX = "helix:api:rate:"
SCRIPT = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), at)
local ahead = full - at
if ahead > gap * (burst - 1) then return tostring(ahead - gap * (burst - 1)) end
redis.call('SET', KEYS[1], string.format('%.6f', full + gap), 'PX', math.ceil((ahead + gap) * 1000) + 1000)
return '0'
"""
log = logging.getLogger(__name__)


class Limit:
    """The buckets of all tokens in the Redis at `url`."""

    def __init__(self, url: str, *, per_minute: int = PER_MINUTE, burst: int = BURST) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0),
            retry_on_error=[], health_check_interval=0,
        )  # fmt: skip
        self._script = self._redis.register_script(SCRIPT)
        self._gap, self._burst = 60 / per_minute, burst
        self._quiet_until, self._lock = 0.0, threading.Lock()

    def wait(self, token: str) -> int:
        """0 when the token may call now (that is counted); else the whole seconds until it may."""
        if time.monotonic() < self._quiet_until:
            return 0
        try:
            return math.ceil(float(self._script(keys=[PREFIX + token], args=[self._gap, self._burst])))
        except (redis.RedisError, OSError) as error:
            with self._lock:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("Redis cannot be reached (%s); calls of the API are not limited for now.", type(error).__name__)
            return 0

    def close(self) -> None:
        self._redis.close()


@lru_cache(maxsize=1)
def limit() -> Limit:
    """This process's door to the buckets."""
    return Limit(settings.HELIX.REDIS_URL)


def forget_limit() -> None:
    """Close the connections; for tests."""
    if limit.cache_info().currsize:
        limit().close()
        limit.cache_clear()
