"""`python -m tests.bench [--only w1,w2,…] [--runs N]`: runs the works under Helix and its floors, prints ratios, writes bench-results.json."""

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Callable

from tests.bench import adapted, report, works
from tests.bench.sitting import Sitting, ceiling, sitting

ALL = ("w1", "w2", "w3", "w4", "w5", "w6", "w1-sqlite", "scale")
ELSEWHERE = ("check", "intake", "editor")
"""Benches with a module of their own, `tests.bench.<name>`: `bench(sitting)` adds its figures to it."""


def elsewhere(name: str) -> Callable[[Sitting], None] | None:
    """The bench of this module, or None when this clone has none."""
    module = f"tests.bench.{name}"
    if importlib.util.find_spec(module) is None:
        return None
    found: Callable[[Sitting], None] = getattr(importlib.import_module(module), "bench", None) or getattr(adapted, name)
    return found


def wanted(only: str) -> list[str]:
    """The works that were asked for; all that there are when none was."""
    known = [*ALL, *[name for name in ELSEWHERE if elsewhere(name)]]
    names = [name.strip().lower() for name in only.split(",") if name.strip()] or known
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"There is no bench called {', '.join(unknown)}. Choose among {', '.join(known)}.")
    return names


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"comma separated: {', '.join((*ALL, *ELSEWHERE))}")
    parser.add_argument("--runs", type=int, default=100_000, help="stored runs of the scale bench (default 100,000)")
    given = parser.parse_args()
    names = wanted(given.only)
    with sitting() as room:
        ceiling(room)
        works.loops(room, names)
        works.chains(room, names)
        works.product(room, names)
        if "scale" in names:
            works.scale(room, given.runs)
        for name in ELSEWHERE:
            if name in names and (bench := elsewhere(name)):
                bench(room)
        print("\n" + report.table(room.figures), flush=True)
        report.write(room.figures)
        print(f"\nWritten to {report.FILE.name}.", flush=True)


if __name__ == "__main__":
    main()
