"""`make locks`: writes the lock files anew from pyproject.toml. They name versions and hashes, never a host or a path."""

import sys

from helix.install.environment import DEV, OTEL, RUNTIME, UV
from helix.install.running import ROOT, VENV, quietly

OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--no-header",
    "--no-annotate",
    "--generate-hashes",
    "--system-certs",
    "--quiet",
]


def commands() -> dict[str, list[str]]:
    """What writes each lock, apart from where to; in order, for the second is held to the versions of the first."""
    return {
        RUNTIME: [*OPTIONS, "pyproject.toml"],
        DEV: [*OPTIONS, "--group", "dev", "--constraint", RUNTIME],
        UV: [*OPTIONS, "--group", "uv"],
        OTEL: [*OPTIONS, "pyproject.toml", "--extra", "otel", "--constraint", RUNTIME],
    }


def write_locks() -> None:
    for lock, options in commands().items():
        ok, said = quietly([VENV / "bin" / "uv", "pip", "compile", *options, "--output-file", ROOT / lock])
        if not ok:
            sys.exit(f"{lock} could not be written:\n{said}")


if __name__ == "__main__":
    write_locks()
