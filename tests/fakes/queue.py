"""A real Redis of a test's own, which may be emptied, frozen and stopped."""

import os
import signal
import time
from pathlib import Path

import redis

from helix.up.broker import OwnRedis
from helix.up.child import Child
from helix.up.folder import DataFolder


class Queue:
    """One Redis process."""

    def __init__(self, folder: Path) -> None:
        self._data = DataFolder(folder)
        self._own = OwnRedis(self._data, "a-password")
        self._child: Child | None = None
        self.start()

    @property
    def url(self) -> str:
        return self._own.url

    def start(self) -> None:
        self._child = self._own.child()
        self._child.start()
        deadline = time.monotonic() + 10
        while not self._own.answers():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.end(5)
            self._child = None

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP freezes it, SIGCONT lets it go on."""
        assert self._child is not None and self._child.process is not None
        os.kill(self._child.process.pid, number)

    def as_before(self) -> None:
        """Running, whatever a test did."""
        if self._child is None:
            self.start()
        self.signal(signal.SIGCONT)

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()
            client.config_resetstat()

    def scripts(self) -> int:
        """How many scripts it has run since it was emptied last, or began."""
        with redis.Redis.from_url(self.url) as client:
            return int(client.info("commandstats")["cmdstat_evalsha"]["calls"])

    def begun_long_ago(self) -> None:
        """As if this Redis had been there for an hour: a bucket at rest may call at once."""
        with redis.Redis.from_url(self.url) as client:
            client.set("helix:budget:began", time.time() - 3600)

    def close(self) -> None:
        self.stop()
        self._data.close()
