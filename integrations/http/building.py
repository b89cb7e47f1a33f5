"""From settings to the request that is sent: address, headers, body. Says in words what cannot be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx
from pydantic import JsonValue, ValidationError

from integrations.http.settings import RequestSettings, Scalar, as_text
from integrations.kit.errors import InvalidInput, TooLarge
from integrations.kit.faults import Fault
from integrations.kit.shape import as_bytes
from integrations.kit.talk import AGENT

REQUEST_BYTES = 5_000_000
URL_LENGTH = 8_192
HEADERS_BYTES = 32 * 1024
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_OURS = frozenset(
    (
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept-encoding",
        "proxy-authorization",
        "proxy-connection",
    )
)
_TYPES = {
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
}


def _wrong(place: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(f"HTTP request: {message}", hint, faults=(Fault(place, "http", message, hint),))


def read_settings(given: Mapping[str, JsonValue]) -> RequestSettings:
    """The settings of a run; InvalidInput names the first that is wrong."""
    there = {name: value for name, value in given.items() if name in _NAMES}
    try:
        return RequestSettings.model_validate(there)
    except (ValidationError, RecursionError):
        faults = RequestSettings.faults(there)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise InvalidInput(f"HTTP request: {faults[0].message}{more}", faults[0].hint, faults=faults)


_NAMES = frozenset(info.alias or name for name, info in RequestSettings.model_fields.items())


def address(settings: RequestSettings) -> httpx.URL:
    """The address with its query. Only http and https, no user and password, nothing that two programs read differently."""
    text = settings.url.strip()
    if _CONTROL.search(text):
        raise _wrong("/url", "the address holds a line end, a “\\” or another character no address has.", "Correct it.")
    if not re.match(r"https?://", text, re.IGNORECASE):
        raise _wrong("/url", f"“{text[:60]}” is no web address.", "Begin it with https://.")
    if settings.query:
        front, _, back = text.partition("#")
        pairs = [(name, as_text(value)) for name, value in settings.query.items()]
        text = f"{front}{'&' if '?' in front else '?'}{urlencode(pairs)}" + (f"#{back}" if back else "")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise _wrong(
            "/url", f"“{text[:60]}” is no web address.", "Write it like https://api.example.com/orders."
        ) from None
    if url.userinfo:
        words = "the address holds a user or a password."
        raise _wrong("/url", words, "Put them into a connection to an HTTP service, and choose it in this step.")
    if not url.host:
        raise _wrong("/url", "the address names no host.", "Write it like https://api.example.com/orders.")
    url = url.copy_with(fragment=None)
    if len(url.raw_path) > URL_LENGTH:
        raise _wrong("/url", f"the address is longer than {URL_LENGTH} characters.", "Send long values in the body.")
    return url


def port_of(url: httpx.URL) -> int:
    """The port of an address, also where it is the usual one."""
    return url.port or (443 if url.scheme == "https" else 80)


def body(settings: RequestSettings) -> bytes | None:
    """The body as it is sent; None for none. TooLarge over 5 MB."""
    try:
        if settings.body_type == "json":
            content: bytes | None = as_bytes(settings.json_)
        elif settings.body_type == "text":
            content = settings.text.encode()
        elif settings.body_type == "form":
            content = urlencode([(name, as_text(value)) for name, value in settings.form.items()]).encode()
        else:
            content = None
    except (ValueError, RecursionError):
        words = "the body holds characters or numbers that cannot be sent."
        raise _wrong(f"/{settings.body_type}", words, "Correct that value in this step.") from None
    if content is not None and len(content) > REQUEST_BYTES:
        words = f"HTTP request: the body has {len(content)} bytes; {REQUEST_BYTES // 1_000_000} MB are sent at most."
        raise TooLarge(words, "Send it in parts, for example with “Batch”.")
    return content


def headers(settings: RequestSettings, key: str, signed: str) -> dict[str, str]:
    """The headers, names in small letters, without the connection's own (`signed`, its name; "" when there is none)."""
    found = {"accept": "application/json, text/*;q=0.9, */*;q=0.5", "user-agent": AGENT}
    if settings.body_type in _TYPES:
        found["content-type"] = _TYPES[settings.body_type]
    if settings.idempotency_header:
        found[settings.idempotency_header.lower()] = key
    given = {name.strip().lower(): as_text(value).strip() for name, value in _headers(settings.headers).items()}
    if signed and signed in given:
        words = f"the connection sends “{signed}” already."
        raise _wrong("/headers", words, "Take the header out of this step, or choose no connection.")
    found |= given
    if sum(len(name) + len(value.encode()) + 4 for name, value in found.items()) > HEADERS_BYTES:
        words = f"the headers are larger than {HEADERS_BYTES // 1024} KB."
        raise _wrong("/headers", words, "Send long values in the body.")
    return found | {"accept-encoding": "gzip"}


def _headers(given: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    for name, value in given.items():
        if not _TOKEN.fullmatch(name.strip()):
            raise _wrong("/headers", f"“{name[:60]}” is no name of a header.", "Use letters, digits and “-”.")
        if name.strip().lower() in _OURS:
            raise _wrong("/headers", f"“{name}” is set by Helix itself.", "Take it out of the headers.")
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", as_text(value)):
            words = f"the value of “{name}” holds a line end or another character no header has."
            raise _wrong("/headers", words, "Remove it, for example with {{ … | strip_newlines }}.")
    return given
