"""`python -m integrations.customerio.sandbox`: the sandbox on a port of this machine."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from integrations.customerio.sandbox.server import Sandbox


class _Server(uvicorn.Server):
    """Tells the sandbox that the end has come, so that answers which are delayed on order do not hold it up."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self.sandbox = sandbox

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.sandbox.is_ending = True
        super().handle_exit(sig, frame)


def main() -> None:
    parser = argparse.ArgumentParser(description="A Customer.io stand-in over real HTTP.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="file that keeps the workspace over restarts")
    parser.add_argument("--tls-cert", help="certificate file, for clients that insist on https")
    parser.add_argument("--tls-key", help="key file of the certificate")
    given = parser.parse_args()
    sandbox = Sandbox(given.state)
    config = uvicorn.Config(
        sandbox,
        host=given.host,
        port=given.port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # the supervisor kills after two seconds; saving needs its share
        ssl_certfile=given.tls_cert,
        ssl_keyfile=given.tls_key,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn ends in order, then raises the signal again: that is an end, too.
        signal.signal(number, lambda *_: sys.exit(0))
    _Server(config, sandbox).run()


main()
