"""What happens on the wire: deadlines by the clock, `sent` as it truly was, redirects, answers too large."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from integrations.catalog import CUSTOMERIO
from integrations.kit.call import Request
from integrations.kit.client import Client, _Sending, open_client, send
from integrations.kit.errors import CallError
from integrations.kit.wire import Flight, Transport
from tests.unit.integrations.conftest import Run, keys
from tests.unit.integrations.listener import Heard, Listener, Says

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

TRACK = {"userId": "1", "event": "x"}
IDENTIFY = ACTIONS["customerio.identify_person"]


@contextmanager
def raw_server(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that does to each connection what `talk` says; after that it is closed."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(connection,), daemon=True).start()

    def _talk(connection: socket.socket) -> None:
        try:
            talk(connection)
        except OSError:
            pass
        finally:
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()


def failing(run: Run, url: str, seconds: float = 5.0, key: str = "track_event") -> CallError:
    with pytest.raises(CallError) as caught:
        run(key, TRACK if key == "track_event" else {}, credentials=keys(url), timeout_seconds=seconds)
    return caught.value


def test_a_refused_connection_was_certainly_not_sent(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    error = failing(run, f"http://127.0.0.1:{port}")

    assert (error.kind, error.sent, error.status) == ("network", False, None)
    assert "No connection" in error.message
    assert error.exchanges[0].status is None


def test_an_unknown_host_was_certainly_not_sent(run: Run) -> None:
    error = failing(run, "http://nobody.invalid")

    assert (error.kind, error.sent) == ("network", False)


def test_a_server_that_does_not_speak_tls_was_certainly_not_sent_to(run: Run) -> None:
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as url:
        error = failing(run, url.replace("http:", "https:"))

    assert (error.kind, error.sent) == ("network", False)


def test_a_server_that_takes_the_call_and_hangs_up_leaves_the_end_unknown(run: Run) -> None:
    with raw_server(lambda connection: connection.recv(65536)) as url:
        error = failing(run, url)

    assert (error.kind, error.sent, error.may_have_happened) == ("network", True, True)
    assert "not known" in error.hint


def test_a_server_that_never_answers_is_given_up_in_time(run: Run) -> None:
    with raw_server(lambda connection: time.sleep(3)) as url:
        began = time.monotonic()
        error = failing(run, url, seconds=0.4)

    assert time.monotonic() - began < 1.5
    assert (error.kind, error.sent) == ("network", True)
    assert "did not answer within 0.4 seconds" in error.message


def _drip(connection: socket.socket, head: bytes) -> None:
    connection.recv(65536)
    connection.sendall(head)
    for _ in range(60):
        time.sleep(0.1)
        connection.sendall(b"x")


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"], ids=["head", "body"]
)
def test_a_server_that_drips_is_given_up_by_the_clock(head: bytes, run: Run) -> None:
    with raw_server(lambda connection: _drip(connection, head)) as url:
        began = time.monotonic()
        error = failing(run, url, seconds=0.5)

    assert time.monotonic() - began < 1.5
    assert (error.kind, error.sent) == ("network", True)


def test_an_answer_that_breaks_off_leaves_the_end_unknown(run: Run) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id"')

    with raw_server(talk) as url:
        error = failing(run, url)

    assert (error.kind, error.status, error.may_have_happened) == ("network", 200, True)
    assert error.exchanges[0].status == 200


def test_a_refusal_stays_one_when_its_text_breaks_off(run: Run) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\nhalf")

    with raw_server(talk) as url:
        error = failing(run, url)

    assert (error.kind, error.may_have_happened) == ("unauthorized", False)


def test_garbage_instead_of_http_leaves_the_end_unknown(run: Run) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"\x00\x01 this is no HTTP\r\n\r\n")

    with raw_server(talk) as url:
        error = failing(run, url)

    assert (error.kind, error.sent) == ("network", True)


def test_before_send_is_called_once_before_the_first_byte(run: Run, listener: Listener) -> None:
    seen: list[int] = []
    batch = [{"type": "page", "userId": "1", "properties": {"a": "x" * 30_000}} for _ in range(20)]

    run("send_batch", {"batch": batch}, before_send=lambda: seen.append(len(listener.heard)))

    assert seen == [0]
    assert len(listener.heard) == 2


def test_what_before_send_raises_passes_through_and_nothing_is_sent(run: Run, listener: Listener) -> None:
    class Lost(Exception):
        pass

    def lose() -> None:
        raise Lost

    for _ in range(2):
        with pytest.raises(Lost):
            run("track_event", TRACK, before_send=lose)

    assert listener.heard == []
    run("track_event", TRACK)
    assert len(listener.heard) == 1


def test_a_busy_pool_was_certainly_not_sent() -> None:
    narrow = Transport(pools=1, connections=1)
    with raw_server(lambda connection: time.sleep(2)) as url, Client(transport=narrow) as client:

        def go(seconds: float) -> CallError:
            with pytest.raises(CallError) as caught:
                send(IDENTIFY, {"userId": "1"}, keys(url), client=client, idempotency_key="k", timeout_seconds=seconds)
            return caught.value

        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(go, 1.0)
            time.sleep(0.3)
            second = go(0.3)

        assert first.result().sent is True
    assert (second.kind, second.sent) == ("network", False)
    assert "busy" in second.message


def test_many_threads_share_one_client(run: Run, listener: Listener) -> None:
    def echo(heard: Heard) -> Says:
        return Says(200, {"who": heard.json["userId"]})

    listener.says(echo)

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda n: run("identify_person", {"userId": f"{n}"}).data["who"], range(60)))

    assert replies == [str(n) for n in range(60)]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_same_host_keeps_method_body_and_key(status: int, run: Run, listener: Listener) -> None:
    listener.says(Says(status, "", {"location": "/v1/elsewhere"}), Says())

    reply = run("track_event", TRACK)

    first, second = listener.heard
    assert second.target == "/v1/elsewhere"
    assert (second.method, second.body) == (first.method, first.body)
    assert second.headers["authorization"] == first.headers["authorization"]
    assert [exchange.status for exchange in reply.exchanges] == [status, 200]


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.1:9/v1/track", "https://track-eu.customer.io/v1/track", "https://evil.example/x", "http://[", ""],
)
def test_a_redirect_to_another_host_is_a_wrong_region_and_is_not_followed(
    place: str, run: Run, listener: Listener
) -> None:
    listener.says(Says(301, "", {"location": place}))

    with pytest.raises(CallError, match="wrong region") as caught:
        run("track_event", TRACK)

    assert caught.value.kind == "refused"
    assert "it says EU; it may have to be US" in caught.value.hint
    assert not caught.value.may_have_happened
    assert len(listener.heard) == 1


def test_a_redirect_without_end_is_given_up(run: Run, listener: Listener) -> None:
    listener.says(Says(307, "", {"location": "/again"}))

    with pytest.raises(CallError, match="wrong region"):
        run("track_event", TRACK)

    assert len(listener.heard) == 4


def test_real_hosts_keep_the_key_only_under_their_own_domain() -> None:
    """Without a sandbox address, Customer.io's own hosts may send us on; nobody else may, and never without TLS."""
    asked: list[tuple[str, str]] = []

    class Sending(_Sending):
        def _exchange(self, request: Request, url: object) -> tuple[int, dict[str, str], bytes]:
            asked.append((request.method, str(url)))
            return (307, {"location": places.pop(0)}, b"") if places else (200, {}, b"{}")

    def go() -> None:
        with open_client() as client:
            action = ACTIONS["customerio.customer_io_suppress_person"]
            sending = Sending(action, keys(region="us"), client, 5, lambda: None)
            sending.one(Request("POST", "/api/v1/customers/1/suppress"))

    places = ["https://track-eu.customer.io/api/v1/customers/1/suppress"]
    go()
    assert [url for _, url in asked] == [
        "https://track.customer.io/api/v1/customers/1/suppress",
        "https://track-eu.customer.io/api/v1/customers/1/suppress",
    ]
    for bad in ("http://track-eu.customer.io/", "https://evilcustomer.io/", "https://customer.io.evil.example/"):
        places, asked[:] = [bad], []
        with pytest.raises(CallError, match="wrong region"):
            go()
        assert len(asked) == 1


def test_an_answer_over_5_megabytes_is_too_large(run: Run, listener: Listener) -> None:
    listener.says(Says(200, b'{"segments": [], "pad": "' + b"x" * 5_000_000 + b'"}'))

    with pytest.raises(CallError, match="5 MB") as caught:
        run("get_segments", {})

    assert caught.value.kind == "too_large"
    assert len(caught.value.exchanges[0].response_body or "") < 70_000


def test_a_small_answer_that_unpacks_to_a_huge_one_is_too_large(run: Run, listener: Listener) -> None:
    bomb = gzip.compress(b'{"segments": [], "pad": "' + b"x" * 50_000_000 + b'"}')
    listener.says(Says(200, bomb, {"content-encoding": "gzip"}))

    with pytest.raises(CallError, match="unpacks to more than 100 times its size"):
        run("get_segments", {})


def test_a_compressed_answer_is_read(run: Run, listener: Listener) -> None:
    listener.says(Says(200, gzip.compress(b'{"segments": []}'), {"content-encoding": "gzip"}))

    assert run("get_segments", {}).data == {"segments": []}


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", b"no gzip"), ("br", b"x"), ("gzip", gzip.compress(b"{}", mtime=0)[:12])]
)
def test_an_answer_in_a_damaged_or_unknown_coding_is_a_bad_answer(
    coding: str, body: bytes, run: Run, listener: Listener
) -> None:
    listener.says(Says(200, body, {"content-encoding": coding}))

    with pytest.raises(CallError) as caught:
        run("get_segments", {})

    assert caught.value.kind == "bad_answer"


def test_cookies_are_never_sent_back(run: Run, listener: Listener) -> None:
    listener.says(Says(200, {}, {"set-cookie": "session=tenant-a; Path=/"}))

    run("identify_person", {"userId": "1"})
    run("identify_person", {"userId": "1"})

    assert all("cookie" not in heard.headers for heard in listener.heard)


def test_proxies_of_the_environment_are_not_used(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with open_client() as client:
        send(IDENTIFY, {"userId": "1"}, keys(listener.url), client=client, idempotency_key="k", timeout_seconds=5)

    assert len(listener.heard) == 1


def test_a_flight_that_is_over_sends_nothing(run: Run, listener: Listener) -> None:
    with pytest.raises(CallError) as caught:
        run("track_event", TRACK, timeout_seconds=0.0)

    assert (caught.value.kind, caught.value.sent) == ("network", False)
    assert listener.heard == []


def test_certificates_are_checked() -> None:
    with open_client() as client:
        context = client.transport._pool.mine()._ssl_context

    assert context is not None
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_flight_counts_down() -> None:
    flight = Flight(time.monotonic() + 1, lambda: None)

    assert 0.5 < flight.left(TimeoutError) <= 1
    assert flight.left(TimeoutError, 0.1) == 0.1
