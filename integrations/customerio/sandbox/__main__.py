"""`python -m integrations.customerio.sandbox`: the sandbox on a port of this machine."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import uvicorn

from integrations.customerio.sandbox.server import Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(description="A Customer.io stand-in over real HTTP.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="file that keeps the workspace over restarts")
    parser.add_argument("--tls-cert", help="certificate file, for clients that insist on https")
    parser.add_argument("--tls-key", help="key file of the certificate")
    given = parser.parse_args()
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: "without" not in record.getMessage()
    )  # broken off on order
    uvicorn.run(
        Sandbox(given.state),
        host=given.host,
        port=given.port,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        ssl_certfile=given.tls_cert,
        ssl_keyfile=given.tls_key,
    )


main()
