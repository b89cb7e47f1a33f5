"""The header that proves who calls, and where it may go."""

from __future__ import annotations

import httpx

from integrations.kit.auth import Credentials, basic
from integrations.kit.errors import Blocked, MissingKey

KEY = "http"


def kind_of(credentials: Credentials) -> str | None:
    """Which kind of key is there: bearer, basic or header; None when there is none."""
    if credentials.has("token"):
        return "bearer"
    if credentials.has("user"):
        return "basic"
    return "header" if credentials.has("header_value") else None


def signature(credentials: Credentials) -> tuple[str, str]:
    """Name (small letters) and value of the header. MissingKey when the connection cannot give one."""
    place = f"The connection “{credentials.name}”" if credentials.name else "The connection"
    if credentials.integration != KEY:
        words = f"{place} is to {credentials.integration}, whose keys go nowhere else."
        raise MissingKey(words, "Choose a connection to an HTTP service for this step, or none.")
    kind = kind_of(credentials)
    name, value = "authorization", ""
    if kind == "bearer":
        value = f"Bearer {credentials.secret('token')}"
    elif kind == "basic":
        value = basic(credentials.secret("user"), credentials.secret("password"))
    elif kind == "header":
        name, value = str(credentials.options.get("header") or "").lower(), credentials.secret("header_value")
    if not name or not value:
        raise MissingKey(f"{place} holds no key.", "Enter a token, a user and password, or a header with its value.")
    if not all(" " <= character <= "~" for character in value):
        raise MissingKey(f"The key of {place} holds characters no key has.", "Copy the key again, without extras.")
    return name, value


def must_go_to(credentials: Credentials, url: httpx.URL, port: int, *, private: bool) -> None:
    """Blocked when the connection's key may not be sent to this address.

    Never without encryption, except to a private host that the operator listed.
    """
    name = f"“{credentials.name}”" if credentials.name else "this connection"
    hosts = credentials.options.get("hosts")
    allowed = [str(each) for each in hosts] if isinstance(hosts, list) else []
    host = url.raw_host.decode("ascii").removesuffix(".").lower()
    if allowed and not any(_is(each, host, port) for each in allowed):
        shown = ", ".join(allowed[:5]) + (" …" if len(allowed) > 5 else "")
        raise Blocked(
            f"The key of {name} may not be sent to {host}; its hosts are {shown}.",
            "Correct the address, or add the host to the connection.",
        )
    if url.scheme != "https" and not private:
        raise Blocked(
            f"The key of {name} is not sent to {host} without encryption (http://).",
            "Write https:// in the address.",
        )


def _is(allowed: str, host: str, port: int) -> bool:
    """Whether an entry of the list (`host`, `*.host`, either with `:port`) means this host and port."""
    place, _, wanted = (allowed, "", "") if allowed.count(":") > 1 else allowed.partition(":")
    if wanted and int(wanted) != port:
        return False
    if not wanted and port not in (80, 443):
        return False
    return host.endswith(place[1:]) and host != place[2:] if place.startswith("*.") else host == place
