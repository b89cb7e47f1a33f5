"""Talking to the sandbox's own control addresses (`/_sandbox/…`), on this machine only. Its contract: docs/sandbox.md."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings

from helix.connections.sandboxed import SANDBOX_SECRETS

__all__ = ["SANDBOX_SECRETS", "SandboxAway"]

SECONDS = 2.0
WEBHOOK_SECONDS = 6.0  # the sandbox itself waits four for the receiver, as Customer.io does

_open = build_opener(ProxyHandler({})).open  # never by way of a proxy


class SandboxAway(Exception):
    """The sandbox does not answer, or refused; the text says what to do."""


def _call(method: str, path: str, body: object = None, seconds: float = SECONDS) -> Any:
    base = settings.HELIX.HELIX_SANDBOX_URL
    if not base:
        raise SandboxAway("This installation runs no sandbox. `make run` starts one, or set HELIX_SANDBOX_URL.")
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{base}{path}", data=data, method=method, headers={"Content-Type": "application/json"})
    try:
        with _open(request, timeout=seconds) as answer:
            raw = answer.read()
    except HTTPError as error:
        said = error.read(500).decode("utf-8", "replace")
        raise SandboxAway(f"The sandbox refused that ({error.code}): {said}") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise SandboxAway(f"The sandbox at {base} does not answer ({reason}). Is `make run` still running?") from None
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise SandboxAway(f"What answers at {base} is not the sandbox. Look at HELIX_SANDBOX_URL.") from None


def state() -> dict[str, Any]:
    """The workspace as it is now: counts, settings, and the newest of everything."""
    found = _call("GET", "/_sandbox/state")
    return found if isinstance(found, dict) else {}


def faults() -> list[dict[str, Any]]:
    """The faults that are on."""
    found = _call("GET", "/_sandbox/faults")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def keep_settings(given: dict[str, Any]) -> None:
    """Change how the sandbox behaves: strict, enforce_rates, dedupe, lag_ms."""
    _call("PUT", "/_sandbox/settings", given)


def requests() -> list[dict[str, Any]]:
    """What was received, newest first."""
    found = _call("GET", "/_sandbox/requests")
    rows = found.get("requests", []) if isinstance(found, dict) else found
    return [row for row in rows if isinstance(row, dict)][::-1]


def forget_requests() -> None:
    _call("DELETE", "/_sandbox/requests")


def set_faults(faults: list[dict[str, Any]]) -> None:
    """Replace the faults; an empty list ends them all."""
    _call("PUT", "/_sandbox/faults", faults)


def reset() -> None:
    """The seeded workspace again, without faults."""
    _call("POST", "/_sandbox/reset", {})


def send_webhook(event: str, url: str, key: str) -> tuple[int, str]:
    """Have the sandbox send a signed event; what the receiver answered: a status (0 for none) and a text."""
    found = _call("POST", "/_sandbox/webhooks", {"event": event, "url": url, "key": key}, WEBHOOK_SECONDS)
    return int(found.get("status", 0)), str(found.get("answer", ""))
