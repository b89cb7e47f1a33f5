"""Which API a request is for, and who may call: one key per API, told apart as the vendor does. The region counts too.

Facts: https://docs.customer.io/integrations/api/customerio-apis.md
"""

from __future__ import annotations

import base64
import hmac

from integrations.customerio.sandbox.http import Request

SITE_ID = "sandbox-site"
TRACK_KEY = "sandbox-track-key"
APP_KEY = "sandbox-app-key"
PIPELINES_KEY = "sandbox-pipelines-key"

HOSTS = {
    "api.customer.io": ("app", "us"),
    "api-eu.customer.io": ("app", "eu"),
    "track.customer.io": ("track", "us"),
    "track-eu.customer.io": ("track", "eu"),
    "cdp.customer.io": ("pipelines", "us"),
    "cdp-eu.customer.io": ("pipelines", "eu"),
}
PIPELINES_CALLS = ("identify", "track", "page", "screen", "group", "alias", "batch")
PUBLIC = (
    ("GET", "v1", "info", "ip_addresses"),
    ("POST", "api", "v1", "push", "events"),
    ("POST", "api", "v1", "metrics"),
)


def api_of(request: Request) -> str:
    """Which API a request is for: by a vendor's host name, else by its path."""
    if request.host_name in HOSTS:
        return HOSTS[request.host_name][0]
    parts = request.parts
    if parts[0] in ("api", "unsubscribe"):
        return "track"
    if request.method == "POST" and len(parts) == 2 and parts[0] == "v1" and parts[1] in PIPELINES_CALLS:
        return "pipelines"
    return "app"


def is_public(request: Request) -> bool:
    """Whether the call needs no key."""
    call = (request.method, *request.parts)
    return call in PUBLIC or (call[:2] == ("POST", "unsubscribe") and len(call) == 3)


def in_wrong_region(request: Request, region: str) -> bool:
    """Whether the request came to a vendor's host of the region where this workspace is not."""
    known = HOSTS.get(request.host_name)
    return known is not None and known[1] != region


def is_signed(request: Request, api: str) -> bool:
    """Whether the request carries this API's key in this API's way."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if api == "app":
        return scheme.lower() == "bearer" and hmac.compare_digest(value.strip().encode(), APP_KEY.encode())
    wanted = f"{SITE_ID}:{TRACK_KEY}" if api == "track" else f"{PIPELINES_KEY}:"
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, wanted.encode())
