"""The socket under a call: kept connections, one deadline for the whole of it, and the moment of the first byte.

httpx's timeouts are per read, so a peer that drips bytes outlives them. Here every connect, write and read of a call
gets only what is left of its deadline. Before the first byte of a call is written, `before_send` is called; until then
certainly nothing was sent. Where a call may go at all is asked of its `Guard` at every connect, and again when a kept
connection serves a call with another guard. Knows httpx's transport (and httpcore below it), not what the calls mean.
"""

from __future__ import annotations

import itertools
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from integrations.kit.addresses import Address
from integrations.kit.guard import Guard
from integrations.kit.lookup import Resolve, look_up, resolve
from integrations.kit.points import reach

CONNECT_SECONDS = 10.0

STRICT = Guard()
"""The guard of a call that brings none: the open internet, nothing else."""

# httpcore writes the headers of answers to its debug log; a careless service repeats keys in them.
logging.getLogger("httpcore").setLevel(logging.INFO)


@dataclass
class Flight:
    """One call on its way: when it must be over (monotonic clock), where it may go, and whether a byte has left."""

    deadline: float
    before_send: Callable[[], None]
    guard: Guard = STRICT
    sent: bool = False
    listening: bool = False

    def left(self, error: type[Exception], most: float | None = None) -> float:
        """Seconds left, at most `most`; raises `error` when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise error("the time for this call is over")
        return left if most is None else min(left, most)


class _Current(threading.local):
    flight: Flight | None = None


_current = _Current()


@dataclass
class _Place:
    """Where a connection leads, and the guard that let it through last."""

    host: str
    port: int
    address: Address
    passed: Guard

    def admit(self, guard: Guard) -> None:
        """Blocked when this guard would not have opened the connection."""
        if guard is not self.passed:
            guard.host(self.host, self.port)
            guard.address(self.host, self.port, self.address)
            self.passed = guard


class _Stream(httpcore.NetworkStream):
    """A connection that obeys the flight of the thread using it. Kept connections serve many flights.

    The head of a request waits for the first part of its body, or for the reading of the answer, and goes out with it: one
    packet and one system call less.
    """

    def __init__(self, inner: httpcore.NetworkStream, place: _Place) -> None:
        self._inner, self._place = inner, place
        self._waiting = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        flight = _current.flight
        if flight is None:
            return self._inner.read(max_bytes, timeout)
        if self._waiting:
            self._flush(flight, b"")
        if flight.sent and not flight.listening:
            flight.listening = True
            reach("after_body_sent")
        return self._inner.read(max_bytes, flight.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        flight = _current.flight
        if flight is None:
            return self._inner.write(buffer, timeout)
        if not buffer:
            return None
        if flight.sent or self._waiting:
            return self._flush(flight, buffer)
        self._waiting = bytes(buffer)
        return None

    def _flush(self, flight: Flight, more: bytes) -> None:
        """Write what waits, and `more`. With the first byte of a call its `before_send` is called."""
        self._place.admit(flight.guard)
        left, first = flight.left(httpcore.WriteTimeout), not flight.sent
        if first:
            flight.before_send()
            left = flight.left(httpcore.WriteTimeout)
            flight.sent = True
        buffer, self._waiting = self._waiting + more, b""
        self._inner.write(buffer, left)
        if first:
            reach("after_headers_sent")

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        flight = _current.flight
        seconds = flight.left(httpcore.ConnectTimeout, CONNECT_SECONDS) if flight else timeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._place)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens connections to addresses that the guard of the call has checked, and to no others; no sockets of this machine."""

    def __init__(self, lookup: Resolve) -> None:
        self._inner, self._lookup = httpcore.SyncBackend(), lookup

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        flight = _current.flight or Flight(time.monotonic() + (timeout or CONNECT_SECONDS), lambda: None)
        literal = flight.guard.host(host, port)
        if literal is None:
            found = look_up(self._lookup, host, port, flight.left(httpcore.ConnectTimeout, CONNECT_SECONDS))
            places = flight.guard.addresses(host, port, found)
        else:
            places = [literal]
        for number, address in enumerate(places, 1):
            share = flight.left(httpcore.ConnectTimeout, CONNECT_SECONDS) / (len(places) + 1 - number)
            reach("before_connect")
            try:
                inner = self._inner.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(places):
                    raise
            else:
                return _Stream(inner, _Place(host, port, address, flight.guard))
        raise httpcore.ConnectError("the name has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("sockets of this machine are not called")


class _Numbered(threading.local):
    """Each thread has a number, given when it asks first."""

    _next = itertools.count()

    def __init__(self) -> None:
        self.number = next(self._next)


_thread = _Numbered()


class _Pools:
    """Several pools, each for some of the threads. A pool looks through all of its connections at each request, under a
    lock: with one for all threads that costs more than the request itself."""

    def __init__(self, make: Callable[[], httpcore.ConnectionPool], number: int) -> None:
        self._pools = [make() for _ in range(number)]

    def mine(self) -> httpcore.ConnectionPool:
        """The pool of this thread."""
        return self._pools[_thread.number % len(self._pools)]

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        return self.mine().handle_request(request)

    def __enter__(self) -> _Pools:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        for pool in self._pools:
            pool.close()


class Transport(httpx.HTTPTransport):
    """httpx's transport over connections that obey a `Flight`: so many `pools`, each of so many `connections`. Thread-safe;
    no proxies, no environment, no cookies."""

    def __init__(
        self,
        *,
        pools: int = 32,
        connections: int = 8,
        keep_seconds: float = 30.0,
        lookup: Resolve = resolve,
        context: ssl.SSLContext | None = None,
    ) -> None:
        context = context or httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # httpx offers no public way to give its pool a network backend.

        def make() -> httpcore.ConnectionPool:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=keep_seconds,
                network_backend=_Backend(lookup),
            )

        self._pool: Any = _Pools(make, pools)

    def fly(self, request: httpx.Request, flight: Flight) -> httpx.Response:
        """Send one request and give its head; the body is read with `body`. httpx.TransportError when it breaks."""
        left = flight.left(httpx.PoolTimeout)
        request.extensions = {
            **request.extensions,
            "timeout": {"pool": left, "connect": left, "read": left, "write": left},
        }
        _current.flight = flight
        try:
            response = self.handle_request(request)
        finally:
            _current.flight = None
        reach("after_status_line")
        return response

    def body(self, response: httpx.Response, flight: Flight) -> Iterable[bytes]:
        """The raw parts of a body as they come, within the deadline of the flight."""
        parts = iter(response.iter_raw())
        while True:
            _current.flight = flight
            try:
                part = next(parts, None)
            finally:
                _current.flight = None
            if part is None:
                reach("after_body_read")
                return
            yield part
