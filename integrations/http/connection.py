"""What a person enters once for any other service: one key, where it may go, and an address to try it at.

The key is one of three kinds; which one is told by the secrets that are there. `options` of the credentials:
`header` (name of the header, third kind), `hosts` (where the key may go; empty: wherever a flow sends it), `test_url`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from integrations.http.request import request
from integrations.http.signing import KEY, kind_of
from integrations.kit.addresses import OddHost, read_host
from integrations.kit.auth import Credentials
from integrations.kit.client import Client
from integrations.kit.errors import CallError, Unauthorized
from integrations.kit.families import Family, ProbeResult

__all__ = ["FAMILIES", "KEY", "LONGEST_LIST", "kind_of", "probe", "read_hosts"]

PROBE_SECONDS = 15.0
LONGEST_LIST = 50

FAMILIES = (
    Family("bearer", "Bearer token", "Sent as “Authorization: Bearer …”.", {"token": "Token"}),
    Family(
        "basic",
        "User and password",
        "Sent as “Authorization: Basic …”. Some services want their key as the user and no password.",
        {"user": "User", "password": "Password"},
        frozenset({"password"}),
    ),
    Family("header", "Header of its own", "Sent in a header that the service names.", {"header_value": "Value"}),
)

_HOST = re.compile(r"(?P<any>\*\.)?(?P<host>[^:*/@\s]+)(?::(?P<port>[0-9]{1,5}))?")


def read_hosts(lines: Iterable[str]) -> list[str]:
    """Hosts as they are kept: small letters, none twice. ValueError with a sentence for one that is none."""
    found: list[str] = []
    for line in lines:
        text = line.strip().lower()
        words = _HOST.fullmatch(text)
        try:
            host = read_host(words["host"]) if words else None
        except OddHost:
            host = None
        if words is None or host is None or (words["any"] and not (isinstance(host, str) and "." in host)):
            raise ValueError(f"“{text[:80]}” is no host; write api.example.com, *.example.com or api.example.com:8443.")
        kept = f"{words['any'] or ''}{host}" + (f":{int(words['port'])}" if words["port"] else "")
        if kept not in found:
            found.append(kept)
    if len(found) > LONGEST_LIST:
        raise ValueError(f"These are {len(found)} hosts; {LONGEST_LIST} are kept at most. Use *.example.com for many.")
    return found


def probe(credentials: Credentials, client: Client) -> list[ProbeResult]:
    """Try the key at the connection's own test address with a GET; nothing to tell when it has none."""
    place = credentials.options.get("test_url")
    kind = kind_of(credentials)
    if not isinstance(place, str) or not place or kind is None:
        return []
    try:
        reply = request(
            {"method": "GET", "url": place}, credentials, client=client, idempotency_key="",
            timeout_seconds=PROBE_SECONDS,
        )  # fmt: skip
    except Unauthorized as refused:
        return [ProbeResult(kind, False, refused.message, refused.hint)]
    except CallError as error:
        return [ProbeResult(kind, False, error.message, error.hint)]
    return [ProbeResult(kind, True, f"The test address answered {reply.data['status']}: the key works there.", "")]
