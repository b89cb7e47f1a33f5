"""What Redis tells: whether it answers, how many messages wait, and how full it is."""

from dataclasses import dataclass

import redis
from django.conf import settings

QUEUE = "helix"


@dataclass(frozen=True)
class Queue:
    """Redis at this moment; everything but `answers` is 0 while it does not."""

    answers: bool
    messages: int = 0
    bytes: int = 0


def look() -> Queue:
    """Ask Redis, for a second at most."""
    if not settings.HELIX.REDIS_URL:
        return Queue(False)
    try:
        client = redis.Redis.from_url(settings.HELIX.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        with client, client.pipeline(transaction=False) as pipe:
            pipe.llen(QUEUE)
            pipe.info("memory")
            messages, memory = pipe.execute()
    except (redis.RedisError, OSError, ValueError):
        return Queue(False)
    return Queue(True, int(messages), int(memory.get("used_memory", 0)))
