"""A tiny real HTTP server: keeps what it received byte by byte, and answers what the test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Says:
    """One answer."""

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class Listener:
    """Answers in turn, the last one again and again; an answer may be worked out from the request."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.connections: set[Any] = set()
        self.answers: list[Says | Callable[[Heard], Says]] = [Says()]
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                names = {name.lower(): value for name, value in self.headers.items()}
                heard = Heard(self.command, self.path, names, self.rfile.read(length))
                listener.heard.append(heard)
                listener.connections.add(self.client_address)
                says = listener.answers.pop(0) if len(listener.answers) > 1 else listener.answers[0]
                says = says(heard) if callable(says) else says
                body = says.body if isinstance(says.body, bytes | str) else json.dumps(says.body)
                body = body.encode() if isinstance(body, str) else body
                self.send_response(says.status)
                for name, value in {"content-length": str(len(body)), **says.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body if self.command != "HEAD" else b"")

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def says(self, *answers: Says | Callable[[Heard], Says]) -> None:
        """What to answer from now on."""
        self.answers = list(answers)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
