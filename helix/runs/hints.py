"""Which runs have changed, as workers tell over Redis: one subscription for all streams of this process."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from redis import asyncio as redis
from redis.exceptions import RedisError

from helix.engine.bell import WATCHED

AGAIN_SECONDS = 2.0
log = logging.getLogger(__name__)


class Hints:
    """`connected` says whether Redis is heard; while it is not, whoever waits must look by itself."""

    def __init__(self) -> None:
        self.connected = False
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def about(self, run_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever this run has changed."""
        event = asyncio.Event()
        self._waiting[run_id].add(event)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())
        try:
            yield event
        finally:
            self._waiting[run_id].discard(event)
            if not self._waiting[run_id]:
                del self._waiting[run_id]

    async def _listen(self) -> None:
        """Hear of changes until nobody waits any more."""
        while self._waiting and settings.HELIX.REDIS_URL:
            try:
                server = redis.Redis.from_url(settings.HELIX.REDIS_URL, socket_connect_timeout=1)
                async with server, server.pubsub() as channel:
                    await channel.subscribe(WATCHED)
                    self.connected = True
                    while self._waiting:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=5)
                        if message is not None:
                            self._heard(bytes(message["data"]).decode())
            except (RedisError, OSError) as error:
                log.info("changes of runs are not heard over Redis: %s", type(error).__name__)
                self.connected = False
                self._wake_all()
                await asyncio.sleep(AGAIN_SECONDS)
        self.connected = False

    def _heard(self, text: str) -> None:
        try:
            run_id = UUID(text.partition(" ")[0])
        except ValueError:  # somebody else's message
            return
        for event in self._waiting.get(run_id, ()):
            event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()


hints = Hints()
