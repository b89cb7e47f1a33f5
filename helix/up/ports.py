"""Ports of this machine: which are free, and which one to take."""

import http.client
import socket

from helix.up.words import CannotStart

HOST = "127.0.0.1"
TRIES = 100


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def choose(port: int, *, asked_for: bool) -> int:
    """This port, or the next free one when nobody asked for this very one; CannotStart when it is taken."""
    if is_free(port):
        return port
    if asked_for:
        raise CannotStart(
            f"Port {port} is used by another program, or this user may not listen there. "
            "Choose another: make run PORT=8080, or manage.py up --port 8080."
        )
    for candidate in range(port + 1, min(port + TRIES, 65536)):
        if is_free(candidate):
            return candidate
    raise CannotStart(f"No port from {port} to {port + TRIES} is free. Choose one: manage.py up --port 18000.")


def answers(port: int, path: str) -> bool:
    """True when a web server there answers this path with 200."""
    line = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        line.request("GET", path)
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
