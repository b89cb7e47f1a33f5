"""Which addresses lie on the open internet. Pure: no names are looked up here, nothing is connected to.

Python's own `is_global` is not enough: it misses shared, tunnelled and translated addresses and those of cloud metadata.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by the customers of a carrier; clouds put services there
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3ffe::/16",
        "3fff::/20",
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""On a network without IPv4 every IPv4 address shows up in here; it is as open as the address within."""
_ISATAP = (0x00005EFE, 0x02005EFE)

METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd00:c1::a9fe:a9fe",
        "fd20:ce::254",
    )
)
"""Where clouds answer a machine's questions about itself, keys included. Never called, whatever is allowed."""


def plain(address: Address) -> Address:
    """The address itself, without the IPv6 clothes of an IPv4 address and without a zone."""
    if isinstance(address, ipaddress.IPv6Address):
        bare = ipaddress.IPv6Address(int(address))
        if bare in _MAPPED or bare in _NAT64:
            return ipaddress.IPv4Address(int(bare) & 0xFFFFFFFF)
        return bare
    return address


def is_metadata(address: Address) -> bool:
    """Whether a cloud's metadata service answers there."""
    return plain(address) in METADATA


def is_open(address: Address) -> bool:
    """Whether the address, and every address hidden in it, lies on the open internet."""
    return all(map(_is_open, _within(address)))


def _within(address: Address) -> Iterator[Address]:
    bare = plain(address)
    yield bare
    if isinstance(bare, ipaddress.IPv6Address) and (int(bare) >> 32) & 0xFFFFFFFF in _ISATAP:
        yield ipaddress.IPv4Address(int(bare) & 0xFFFFFFFF)


def _is_open(address: Address) -> bool:
    if address in METADATA or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


class OddHost(ValueError):
    """A host that is written in a way that programs read differently: 127.1, 0x7f000001, 017700000001, a zone, …"""


_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def read_host(host: str) -> Address | str:
    """A host as it stands in a URL (ASCII, without brackets): an address, or a name in small letters without its last dot.

    OddHost for everything that is neither, and for addresses in any form but the usual one.
    """
    if ":" in host:
        try:
            found = ipaddress.IPv6Address(host)
        except ValueError:
            raise OddHost(host) from None
        if found.scope_id is not None:
            raise OddHost(host)
        return found
    name = host.removesuffix(".").lower()
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise OddHost(host)
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return ipaddress.IPv4Address(name)
        except ValueError:
            raise OddHost(host) from None
    return name
