"""A Redis of our own without files: what it holds is gone when it ends, as it may be at any moment."""

import time
from pathlib import Path

import redis

from helix.up.broker import program
from helix.up.ports import HOST, any_free
from tests.rig.process import Process, start

CONFIGURATION = 'bind {host}\nport {port}\ndir "{folder}"\nappendonly no\nsave ""\nmaxmemory-policy noeviction\nloglevel warning\ndaemonize no\n'


class Redis:
    """One server on one port; it can be ended and begun again there."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = any_free(), folder
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def url_of(self, number: int) -> str:
        """The address of one of its 16 databases."""
        return f"redis://{HOST}:{self.port}/{number}"

    def start(self) -> None:
        file = self.folder / "redis.conf"
        file.write_text(CONFIGURATION.format(host=HOST, port=self.port, folder=self.folder))
        self.process = start("redis", [program(), file], self.folder / "redis.log")
        until = time.monotonic() + 10
        while not self.answers():
            if time.monotonic() > until or self.process.code is not None:
                raise RuntimeError(f"Redis does not start; see {self.process.log}:\n{self.process.last_lines()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def flush(self) -> None:
        """Empty it, all databases."""
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            client.flushall()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
