"""What `manage.py up` can be told."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Options:
    port: int | None = None  # None: HELIX_PORT, else the default or the next free one
    sandbox: bool = True
    demo: bool = True


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, help="port of the web server (HELIX_PORT, else 8000 or the next free one)"
    )
    parser.add_argument("--no-sandbox", action="store_true", help="start without the built-in Customer.io sandbox")
    parser.add_argument(
        "--no-demo", action="store_true", help="make no demo team, sandbox connection and example flows"
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; write a number from 1 to 65535")
    return int(text)


def as_arguments(options: Mapping[str, Any]) -> list[str]:
    """The command line that says the same to `python -m helix.up`."""
    port = ["--port", str(options["port"])] if options["port"] else []
    return port + [f"--{flag.replace('_', '-')}" for flag in ("no_sandbox", "no_demo") if options[flag]]


def read_options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="manage.py up")
    add_options(parser)
    given = parser.parse_args(arguments)
    return Options(port=given.port, sandbox=not given.no_sandbox, demo=not given.no_demo)
