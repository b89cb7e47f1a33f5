"""The guard of outgoing calls against a real listener of this machine: whatever is tried, nothing reaches it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Sequence

import httpx
import pytest

from integrations.http.request import request
from integrations.kit.addresses import is_open
from integrations.kit.client import Client
from integrations.kit.errors import Blocked, CallError
from integrations.kit.guard import Allowed, Guard, read_allowed
from integrations.kit.wire import Transport
from tests.fakes.trap import Trap
from tests.unit.integrations.listener import Listener, Says

LOCAL = ["127.0.0.1", "0.0.0.0", "127.0.0.2", "127.255.255.254", "localhost", "localhost.", "LOCALHOST", "a.localhost"]
ODD = [
    "2130706433", "0x7f000001", "0x7F.0.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.1", "127.1",
    "127.0.1", "00127.0.0.1", "127.0.0.01", "127.0.0.0x1", "0", "0x0", "1.0x7f", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1",
    "127.0.0.1.", "①②⑦.0.0.1", "%31%32%37.0.0.1", "127.0.0.1%00.example.com", "a..example", ".example", "-a.example",
]  # fmt: skip
V6 = [
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2002:7f00:1::1]", "[2001:0:7f00:1::]", "[2001::80ff:fffe]", "[2606:4700::5efe:127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]",
    "[fc00::1]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]",
]  # fmt: skip
CLOSED = [
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "[fd20:ce::254]", "168.63.129.16", "100.100.100.200",
    "192.0.0.192", "169.254.170.2", "metadata.google.internal", "metadata", "instance-data", "Metadata.Google.Internal.",
]  # fmt: skip
INNER = ["redis", "db", "web.internal", "printer.local", "nas.lan", "router.home.arpa", "wiki.corp"]
FORMS = LOCAL + ODD + V6 + CLOSED + METADATA + INNER


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap() as trap:
        yield trap


def client_at(ports: Sequence[int], table: dict[str, list[list[str]]] | None = None, *allowed: str) -> Client:
    """A client whose guard opens these ports, so that only the address tells; names of the table answer in turn."""

    def lookup(host: str, port: int) -> list[str]:
        if table is None or host not in table:
            raise socket.gaierror(f"{host} is unknown")
        answers = table[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    guard = Guard(tuple(Allowed.read(each) for each in allowed), frozenset({80, 443, *ports}))
    return Client(guard, Transport(lookup=lookup) if table is not None else None)


def failing(client: Client, url: str, method: str = "GET") -> CallError:
    with pytest.raises(CallError) as caught:
        request({"url": url, "method": method}, None, client=client, idempotency_key="k", timeout_seconds=3.0)
    return caught.value


def test_the_trap_catches_who_connects(trap: Trap) -> None:
    with client_at([], {}, "127.0.0.1") as client:
        assert failing(client, f"http://127.0.0.1:{trap.port}/").kind == "network"

    assert len(trap.caught) == 1


def test_no_form_of_an_address_reaches_a_private_network(trap: Trap) -> None:
    kinds = {}
    with client_at([trap.port]) as client:  # names are looked up by the system itself
        for form in FORMS:
            error = failing(client, f"http://{form}:{trap.port}/")
            kinds[form] = error.kind
            assert not error.sent

    assert len(FORMS) >= 60
    assert {form: kind for form, kind in kinds.items() if kind not in ("blocked", "invalid_input")} == {}
    assert trap.caught == []


def test_metadata_stays_closed_whatever_is_allowed() -> None:
    with client_at([], None, "0.0.0.0/0", "::/0", "metadata", "metadata.google.internal") as client:
        kinds = {form: failing(client, f"http://{form}/").kind for form in METADATA}

    assert set(kinds.values()) == {"blocked"}


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"], ["::1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["2606:4700::1111", "::1"],
        ["1.1.1.1", "::ffff:127.0.0.1"], ["1.1.1.1", "2606:4700::1111", "fe80::1%2"], ["64:ff9b::7f00:1"], ["0.0.0.0"],
        ["169.254.169.254"],
    ],
)  # fmt: skip
def test_one_private_address_among_those_of_a_name_blocks_the_call(answers: list[str], trap: Trap) -> None:
    with client_at([trap.port], {"shop.example": [answers]}) as client:
        error = failing(client, f"http://shop.example:{trap.port}/")

    assert (error.kind, error.sent) == ("blocked", False)
    assert trap.caught == []
    assert not any(address in error.message + error.hint for address in answers)


def test_a_name_that_changes_its_address_is_looked_up_once_for_a_connection(trap: Trap) -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1" if len(asked) == 1 else "127.0.0.1"]

    guard = Guard((Allowed.read("192.0.2.1"),), frozenset({trap.port}))
    with Client(guard, Transport(lookup=lookup)) as client:
        with pytest.raises(CallError) as first:
            request(
                {"url": f"http://rebind.example:{trap.port}/"},
                None,
                client=client,
                idempotency_key="k",
                timeout_seconds=0.3,
            )
        second = failing(client, f"http://rebind.example:{trap.port}/")

    assert (first.value.kind, second.kind) == ("network", "blocked")
    assert asked == ["rebind.example", "rebind.example"]
    assert trap.caught == []


def test_a_connection_kept_by_a_call_that_may_is_not_used_by_one_that_may_not(listener: Listener) -> None:
    port = int(listener.url.rsplit(":", 1)[1])
    with client_at([port], {}, f"127.0.0.1:{port}") as lenient:
        strict = Client(Guard(ports=frozenset({port})), lenient.transport)
        request({"url": listener.url}, None, client=lenient, idempotency_key="k", timeout_seconds=3.0)
        error = failing(strict, listener.url)
        request({"url": listener.url}, None, client=lenient, idempotency_key="k", timeout_seconds=3.0)

    assert (error.kind, error.sent) == ("blocked", False)
    assert len(listener.heard) == 2


def test_the_call_goes_to_the_address_that_was_checked_with_the_name_for_the_host(listener: Listener) -> None:
    port = int(listener.url.rsplit(":", 1)[1])
    with client_at([], {"shop.example": [["127.0.0.1"]]}, f"shop.example:{port}") as client:
        request({"url": f"http://shop.example:{port}/x"}, None, client=client, idempotency_key="k", timeout_seconds=3.0)

    assert listener.heard[0].headers["host"] == f"shop.example:{port}"


def test_the_next_address_is_tried_when_one_does_not_answer(listener: Listener) -> None:
    port = int(listener.url.rsplit(":", 1)[1])
    with client_at([], {"shop.example": [["127.9.9.9", "127.0.0.1"]]}, f"shop.example:{port}") as client:
        request({"url": f"http://shop.example:{port}/x"}, None, client=client, idempotency_key="k", timeout_seconds=3.0)

    assert len(listener.heard) == 1


@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 8080, 8443])
def test_only_the_ports_of_the_web_are_open(port: int) -> None:
    with client_at([], {"shop.example": [["1.1.1.1"]]}) as client:
        error = failing(client, f"http://shop.example:{port}/")

    assert (error.kind, error.sent) == ("blocked", False)
    assert f"port {port}" in error.message


def test_a_listed_port_opens_only_that_port_of_that_host() -> None:
    guard = Guard(read_allowed("api.example.com:8443, 10.1.0.0/16, wiki.corp,[fd00::5]:81"))

    guard.host("api.example.com", 8443)
    guard.address("wiki.corp", 9000, ipaddress.ip_address("10.9.9.9"))
    guard.host("10.1.2.3", 9000)
    guard.host("fd00::5", 81)
    for host, port, address in [
        ("api.example.com", 8444, "1.1.1.1"), ("10.2.0.1", 80, "10.2.0.1"), ("fd00::5", 82, "fd00::5"),
        ("other.corp", 80, "192.168.0.1"), ("api.example.com", 80, "10.9.9.9"),
    ]:  # fmt: skip
        with pytest.raises(Blocked):
            guard.host(host, port)
            guard.address(host, port, ipaddress.ip_address(address))


def test_a_name_may_lead_into_a_network_that_is_listed() -> None:
    guard = Guard(read_allowed("10.1.0.0/16"))

    guard.host("wiki.corp", 8080)
    assert guard.addresses("wiki.corp", 8080, ["10.1.0.9"]) == [ipaddress.ip_address("10.1.0.9")]
    with pytest.raises(Blocked):
        guard.addresses("wiki.corp", 80, ["10.1.0.9", "10.2.0.9"])


@pytest.mark.parametrize(
    "text", ["http://a.example", "a b", "10.0.0.0/99", "host:port", "a.example:0", "user@a.example:80"]
)
def test_a_setting_that_names_no_host_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        read_allowed(f"good.example,{text}")


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "::ffff:1.1.1.1", "64:ff9b::101:101", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
)
def test_addresses_of_the_open_internet_are_open(text: str) -> None:
    assert is_open(ipaddress.ip_address(text))


def test_sockets_of_this_machine_are_never_called() -> None:
    with Client() as client:
        backend = client.transport._pool.mine()._network_backend
        with pytest.raises(Exception, match="not called"):
            backend.connect_unix_socket("/var/run/docker.sock")
    assert isinstance(client.transport, httpx.BaseTransport)


def hops(listener: Listener, *places: str, status: int = 302) -> None:
    listener.says(*[Says(status, b"", {"location": place.encode().decode("latin-1")}) for place in places])


def test_no_chain_of_redirects_reaches_a_private_network(trap: Trap, listener: Listener) -> None:
    port = int(listener.url.rsplit(":", 1)[1])
    start = f"http://start.example:{port}"
    table = {
        "start.example": [["127.0.0.1"]],
        "open.example": [["127.0.0.1"]],
        "inner.example": [["10.0.0.1"]],
        "trap.example": [["127.0.0.1"]],
        "mixed.example": [["1.1.1.1", "127.0.0.1"]],
        "later.example": [["127.0.0.1"]],
    }
    at = f":{trap.port}/"
    onward = f"http://open.example:{port}/x"
    chains = [
        [f"http://127.0.0.1{at}"], [f"http://localhost{at}"], [f"http://[::1]{at}"], [f"http://2130706433{at}"],
        [f"http://0x7f.1{at}"], [f"http://0177.0.0.1{at}"], [f"http://127。0。0。1{at}"], [f"http://[::ffff:127.0.0.1]{at}"],
        [f"http://[64:ff9b::127.0.0.1]{at}"], [f"http://[2002:7f00:1::]{at}"], [f"http://trap.example{at}"],
        [f"http://mixed.example{at}"], [f"http://inner.example{at}"], ["http://169.254.169.254/latest/meta-data/"],
        ["http://metadata.google.internal/"], [f"//127.0.0.1{at}"], [f"///127.0.0.1{at}"], [f"http:\\\\127.0.0.1{at}"],
        [f"http://start.example@127.0.0.1{at}"], [f"http://user:pass@trap.example{at}"], [f"ftp://trap.example{at}"],
        ["file:///etc/passwd"], [f"gopher://127.0.0.1{at}"], ["unix:/var/run/docker.sock"], [""],
        [onward, f"http://127.0.0.1{at}"], [onward, onward, f"http://later.example{at}"],
        [onward, onward, onward, onward, f"http://127.0.0.1{at}"], ["http://127.0.0.1:22/"], ["http://start.example:6379/"],
    ]  # fmt: skip
    kinds = []
    with client_at([trap.port], table, f"start.example:{port}", f"open.example:{port}") as client:
        for status in (302, 307):
            for chain in chains:
                hops(listener, *chain, f"http://127.0.0.1{at}", status=status)
                kinds.append(failing(client, start, "POST").kind)

    assert len(chains) >= 20
    assert set(kinds) == {"blocked", "refused"}
    assert trap.caught == []
