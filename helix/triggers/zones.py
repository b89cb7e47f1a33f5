"""The time zone data of this machine: countries change their clocks, so planned instants are worked out again with new data."""

import zoneinfo
from functools import cache
from importlib import metadata
from pathlib import Path

VERSION_FILES = ("+VERSION", "tzdata.zi")


@cache
def zone_data_version() -> str:
    """Its version, such as 2026a; "?" when it cannot be known."""
    for folder in map(Path, zoneinfo.TZPATH):
        for name in VERSION_FILES:
            try:
                with (folder / name).open(encoding="ascii", errors="replace") as file:
                    first = file.readline(80).strip().removeprefix("# version ")
            except OSError:
                continue
            if first:
                return first[:32]
    try:
        return metadata.version("tzdata")[:32]
    except metadata.PackageNotFoundError:
        return "?"
