"""What a delivery says: its body as JSON, its own name among repeats, the headers worth keeping. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from helix.flows.json_text import UnreadableGraph, look_through, read_json

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
MOST_HEADERS = 64
LONGEST_KEY = 100
LONGEST_HEADER = 1000
CREDENTIALS = ("authorization", "cookie", "proxy-", "x-forwarded-", "x-real-ip", "forwarded", "cf-connecting")
"""Headers that are proofs, or tell of the way here: they are not kept."""


class Unreadable(Exception):
    """The body is not what a delivery may be; the text says what and what to send instead."""


def is_allowed(content_type: str) -> bool:
    """JSON, a form, or nothing said (then JSON)."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind in ("", "application/json", FORM) or (kind.startswith("application/") and kind.endswith("+json"))


def read_body(body: bytes, content_type: str) -> Any:
    """The value that was sent: JSON, or the fields of a form as texts. Nothing at all is null."""
    if not body.strip():
        return None
    try:
        if content_type.split(";", maxsplit=1)[0].strip().lower() == FORM:
            fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
            look_through(fields)
            return fields
        return read_json(body)
    except UnreadableGraph as bad:
        raise Unreadable(str(bad).replace("This graph", "The body").replace("The graph", "The body")) from None
    except ValueError:
        raise Unreadable(f"The form is not UTF-8, or has more than {MOST_FIELDS} fields.") from None


def at_path(value: Any, path: str) -> Any:
    """What lies at a dotted path (`order.lines.0.id`); None when nothing does."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def dedupe_key(mode: str, field: str, headers: Mapping[str, str], body: bytes, value: Any) -> str:
    """What repeats of one delivery have in common: the field that the trigger names, the sender's id of it, or its bytes.

    Customer.io's and other senders' key headers are not signed. They count all the same: two people's deliveries may have
    the same body, and dropping one is worse than what a thief of a whole signed call could do.
    """
    found = at_path(value, field) if field else None
    if found is not None and not isinstance(found, dict | list):
        return _short("f", str(found))
    if mode == "customerio" and isinstance(identity := at_path(value, "event_id"), str) and identity:
        return _short("e", identity)
    header = {"customerio": "x-cio-idempotency-key", "standard_webhooks": "webhook-id"}.get(mode, "idempotency-key")
    if given := headers.get(header, "").strip():
        return _short("h", given)
    return "b:" + sha256(body).hexdigest()


def _short(kind: str, text: str) -> str:
    plain = len(text) <= LONGEST_KEY and text.isascii() and text.isprintable()
    return f"{kind}:{text}" if plain else f"{kind}#{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that steps may read: no proofs, nothing of the proxies, and not without end."""
    kept = {
        clean(name): clean(value)
        for name, value in headers.items()
        if not name.startswith(CREDENTIALS) and "signature" not in name and "hmac" not in name and "token" not in name
    }
    return dict(list(kept.items())[:MOST_HEADERS])


def kept_query(query: str) -> dict[str, str]:
    """The values behind the `?`; the last of each name."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {clean(name): clean(value) for name, value in pairs[:MOST_HEADERS]}


def clean(text: str) -> str:
    """The text without what no database keeps, and not without end."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:LONGEST_HEADER]
