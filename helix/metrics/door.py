"""The door of /metrics: with the token of HELIX_METRICS_TOKEN, or, without one, from this machine only.

The server opens it before Django's middleware (`straight`): Prometheus calls a process by whatever name it has in its
network, which is none of HELIX_BASE_URL's.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.http import require_GET
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from helix.metrics.collector import page

PATH = "/metrics"
HERE = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
NAMES = ("localhost", "127.0.0.1", "[::1]")
PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip")
_threads = ThreadPoolExecutor(1, thread_name_prefix="helix-metrics")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    kind: str = "text/plain; charset=utf-8"

    @property
    def headers(self) -> dict[str, str]:
        more = {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}
        return {"Content-Type": self.kind, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **more}


NO_TOKEN = Answer(401, b"These figures need the token of HELIX_METRICS_TOKEN, as `Authorization: Bearer ...`.\n")
NOT_HERE = Answer(
    403, b"Only callers of this machine may read these figures. Set HELIX_METRICS_TOKEN to read them from elsewhere.\n"
)
NO_METHOD = Answer(405, b"These figures are read with GET.\n")


def refusal(caller: str, headers: Mapping[str, str]) -> Answer | None:
    """Why this caller may not read the figures; None when he may. `headers`: names in small letters."""
    token = settings.HELIX.HELIX_METRICS_TOKEN.get_secret_value()
    if token:
        kind, _, given = headers.get("authorization", "").partition(" ")
        good = kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
        return None if good else NO_TOKEN
    # A proxy on this machine calls from here, too, for all the world: its calls carry the marks of a proxy, or the public name.
    host, _ = split_domain_port(headers.get("host", ""))
    passed_on = any(name in headers for name in PASSED_ON)
    return None if caller in HERE and host in NAMES and not passed_on else NOT_HERE


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The view, for tests and `reverse`."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _response(refusal(request.META.get("REMOTE_ADDR", ""), headers) or _figures())


def _figures() -> Answer:
    return Answer(200, page(), CONTENT_TYPE_LATEST)


def _on_thread() -> Answer:
    close_old_connections()
    return _figures()


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


def is_metrics(scope: Mapping[str, Any]) -> bool:
    """Whether this ASGI request is for the door."""
    return bool(scope["type"] == "http" and scope["path"] == PATH)


async def straight(
    scope: Mapping[str, Any], receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer one ASGI request that `is_metrics`."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    answer = NO_METHOD if scope["method"] != "GET" else refusal((scope.get("client") or ("",))[0], headers)
    if answer is None:
        answer = await asyncio.get_running_loop().run_in_executor(_threads, _on_thread)
    raw = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    raw.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})
