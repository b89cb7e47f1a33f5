"""The addresses of a name, within a time. The system's own look-up cannot be told when to stop, so it runs beside us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

import httpcore

Resolve = Callable[[str, int], list[str]]
"""Gives the addresses of a name, in the order in which to try them. OSError when it has none."""

AT_ONCE = 64
_room = threading.BoundedSemaphore(AT_ONCE)


def resolve(host: str, port: int) -> list[str]:
    """Ask the system."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def look_up(lookup: Resolve, host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name; httpcore.ConnectError when it has none, ConnectTimeout when nobody says so in time."""
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(lookup(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)
        finally:
            _room.release()

    if not _room.acquire(timeout=seconds):
        raise httpcore.ConnectTimeout("too many names are being looked up")
    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout("the name was not looked up in time") from None
    if isinstance(found, Exception):
        raise httpcore.ConnectError(str(found)) from None
    return found
