"""The guard of outgoing calls: which host, which port, which address. Asked before every connection, and again when a kept
connection serves another call.

A name is looked up once, every address it has must be allowed, and the connection goes to an address that was checked:
a name that changes its address in between gains nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self
from urllib.parse import urlsplit

from integrations.kit.addresses import Address, Network, OddHost, is_metadata, is_open, plain, read_host
from integrations.kit.errors import Blocked

PORTS = frozenset({80, 443})
_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)
_INNER_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "corp", "private")
_ASK = "If this installation should call it, its operator can list it in HELIX_ALLOW_PRIVATE_HOSTS."


@dataclass(frozen=True)
class Allowed:
    """One host or network that may be called although it is private; with a port only there, without one at any."""

    name: str = ""
    network: Network | None = None
    port: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """From `host`, `host:port`, an address, `[v6]:port` or a network (`10.0.0.0/8`). ValueError with a sentence."""
        wrong = ValueError(f"“{text}” is no host; write host, host:port, an address or a network such as 10.0.0.0/8")
        place, port = text.strip(), None
        try:
            if "/" in place:
                return cls(network=ipaddress.ip_network(place, strict=False))
            if place.startswith("[") or place.count(":") == 1:
                split = urlsplit(f"//{place}")
                place, port = split.hostname or "", split.port
                if port == 0 or split.username is not None:
                    raise wrong
            host = read_host(place)
        except ValueError:
            raise wrong from None
        if isinstance(host, str):
            return cls(name=host, port=port)
        return cls(network=ipaddress.ip_network(plain(host)), port=port)

    @classmethod
    def of_url(cls, url: str) -> Self:
        """The very host and port of a web address."""
        split = urlsplit(url)
        port = split.port or (443 if split.scheme == "https" else 80)
        host = split.hostname or ""
        return cls.read(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    def names(self, host: str, port: int) -> bool:
        """Whether it is this name, at this port."""
        return self.name == host and self.port in (None, port)

    def holds(self, address: Address, port: int) -> bool:
        """Whether it is this address, at this port."""
        return self.network is not None and plain(address) in self.network and self.port in (None, port)


@lru_cache(maxsize=64)
def read_allowed(text: str) -> tuple[Allowed, ...]:
    """The comma separated hosts of a setting. ValueError with a sentence for one that is wrong."""
    return tuple(Allowed.read(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Guard:
    """What outgoing calls may reach: the open internet at the usual ports, and what is allowed besides."""

    allowed: tuple[Allowed, ...] = ()
    ports: frozenset[int] = PORTS

    def also(self, *more: Allowed) -> Guard:
        """This guard, with more that is allowed."""
        return replace(self, allowed=(*self.allowed, *more))

    def lists(self, host: str, port: int) -> bool:
        """Whether this host of a URL is one that was allowed by name or address, and no part of the open internet."""
        try:
            found = read_host(host)
        except OddHost:
            return False
        return self._listed(found, port)

    def host(self, host: str, port: int) -> Address | None:
        """Look at the host of a URL before anything is looked up: its address when it is one. Blocked when it may not be."""
        try:
            found = read_host(host)
        except OddHost:
            raise Blocked(
                f"“{host[:80]}” is no host that can be called.",
                "Write the name as in a browser, or a plain address such as 198.51.100.7 or [2001:db8::7].",
            ) from None
        if found in _METADATA_NAMES:
            raise _metadata(host)
        if isinstance(found, str):
            if not self._may_list(port):  # else only its addresses tell
                inner = "." not in found or any(f".{found}".endswith(f".{name}") for name in _INNER_NAMES)
                if inner and not self._listed(found, port):
                    raise Blocked(f"“{host[:80]}” is a name of an inner network, which flows may not call.", _ASK)
                self._port(found, host, port)
            return None
        self.address(host, port, found)
        return found

    def address(self, host: str, port: int, address: Address) -> None:
        """One address that a host has. Blocked when it may not be connected to."""
        found = read_host(host)
        if is_metadata(address):
            raise _metadata(host)
        if not (is_open(address) or self._listed(found, port) or self._listed(address, port)):
            raise Blocked(f"“{host[:80]}” leads into a private network, which flows may not call.", _ASK)
        if not self._listed(address, port):
            self._port(found, host, port)

    def addresses(self, host: str, port: int, found: Sequence[str]) -> list[Address]:
        """All the addresses of a host, each of them checked: one that is not allowed blocks the call."""
        addresses = list(dict.fromkeys(ipaddress.ip_address(text) for text in found))
        for address in addresses:
            self.address(host, port, address)
        return addresses

    def _port(self, found: Address | str, host: str, port: int) -> None:
        if port not in self.ports and not self._listed(found, port):
            words = f"“{host[:80]}” may not be called at port {port}; only 80 (http) and 443 (https) are open to flows."
            raise Blocked(words, f"Leave the port out. {_ASK}")

    def _may_list(self, port: int) -> bool:
        """Whether a network is allowed at this port, so that a name may lead into it."""
        return any(each.network is not None and each.port in (None, port) for each in self.allowed)

    def _listed(self, found: Address | str, port: int) -> bool:
        if isinstance(found, str):
            return any(each.names(found, port) for each in self.allowed)
        return any(each.holds(found, port) for each in self.allowed)


def _metadata(host: str) -> Blocked:
    return Blocked(
        f"“{host[:80]}” is where a cloud keeps the secrets of this machine; nothing may call it.",
        "Choose another address. No setting opens this one.",
    )
