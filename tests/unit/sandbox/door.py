"""The sandbox without its process: calls go straight to the application, answers come back as JSON."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.customerio.sandbox.auth import APP_KEY, PIPELINES_KEY, SITE_ID, TRACK_KEY
from integrations.customerio.sandbox.server import Sandbox


def basic(user: str, password: str = "") -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


KEYS = {"app": f"Bearer {APP_KEY}", "track": basic(SITE_ID, TRACK_KEY), "pipelines": basic(PIPELINES_KEY)}


@dataclass
class Said:
    """An answer as a caller sees it. `status` 0: the connection was broken off."""

    status: int
    text: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Door:
    """Calls a sandbox in this process, over ASGI. Rates are off until a test wants them."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox or Sandbox()
        self.sandbox.world.settings["enforce_rates"] = False

    @property
    def world(self) -> Any:
        return self.sandbox.world

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """Any call; `body` is sent as JSON, bytes as they are. Underscores in names of headers stand for hyphens."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {"host": "127.0.0.1:8100", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return asyncio.run(ask(self.sandbox, method, path, content, named))

    def app(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        return self.call(method, path, body, **{"authorization": KEYS["app"], **headers})

    def track(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        return self.call(method, path, body, **{"authorization": KEYS["track"], **headers})

    def cdp(self, call: str, body: Any = None, strict: bool = True, **headers: str) -> Said:
        extra = {"x-strict-mode": "1"} if strict else {}
        return self.call("POST", f"/v1/{call}", body, **{"authorization": KEYS["pipelines"], **extra, **headers})

    def state(self) -> Any:
        return self.call("GET", "/_sandbox/state?limit=1000").json

    def people(self) -> dict[str, Any]:
        """The people by id, else by e-mail address."""
        return {who["id"] or who["email"]: who for who in self.state()["people"]}


async def ask(
    sandbox: Sandbox,
    method: str,
    target: str,
    content: bytes,
    headers: Mapping[str, str],
    client: str = "127.0.0.1",
) -> Said:
    """One exchange with the ASGI application, as uvicorn would have it."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
        "client": (client, 50_000),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await sandbox(scope, receive, send)
    if not sent:
        return Said(0, b"", {})
    found = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Said(sent[0]["status"], b"".join(message["body"] for message in sent[1:]), found)
