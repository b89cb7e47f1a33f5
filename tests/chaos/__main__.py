"""`python -m tests.chaos [--only …] [--database sqlite|postgres]`: the fault matrix, the storm and the ordeals; a table, and chaos-results.json."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from helix.up.child import ROOT
from integrations.kit.points import POINTS
from tests.chaos import matrix, storm
from tests.chaos.cases import Case, placed
from tests.chaos.cases import matrix as all_cases
from tests.chaos.ordeals import ORDEALS, go_through
from tests.chaos.outcome import Result, table, total

FILE = ROOT / "chaos-results.json"
DATABASES = ("sqlite", "postgres")
MOST_LANES = 4


def chosen(cases: list[Case], words: list[str]) -> list[Case]:
    """The cases that one of these words names: a point, kill or freeze, a class, or several of them as point/deed/class."""
    wanted = [set(word.split("/")) - {"matrix"} for word in words if word not in ("storm", "ordeals", *ORDEALS)]
    return [
        case for case in cases if not words or any(parts <= {case.point, case.deed, case.effect} for parts in wanted)
    ]


def run_matrix(database: str, cases: list[Case], lanes: int) -> dict[str, Result]:
    """The matrix on one database."""
    found: dict[str, Result] = {}

    def tell(name: str, result: Result) -> None:
        found[f"{database}/{name}"] = result
        trouble = "" if result.ok else "  NOT AS PROMISED"
        print(f"  {len(found)}/{len(cases)} {database}/{name} {result.seconds} s {result.note}{trouble}", flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="helix-chaos-", ignore_cleanup_errors=True) as folder,
        matrix.grounds(Path(folder), on_postgres=database == "postgres") as place,
    ):
        matrix.carry_out(place, cases, tell, lanes=lanes)
    return dict(sorted(found.items()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--only",
        default="",
        help="comma separated: matrix, storm, ordeals, one of these, a failpoint, kill, freeze, A to D, point/deed/class",
    )
    parser.add_argument("--database", choices=DATABASES, help="one of them instead of both")
    parser.add_argument("--lanes", type=int, default=MOST_LANES, help="cases side by side, at most 4")
    parser.add_argument("--seed", type=int, default=1, help="of the storm")
    parser.add_argument("--runs", type=int, default=300, help="of the storm")
    parser.add_argument("--faults", type=int, default=40, help="of the storm, at least")
    given = parser.parse_args()
    words = [word.strip() for word in given.only.split(",") if word.strip()]
    cases = chosen(all_cases(), words)
    ordeals = [name for name in ORDEALS if not words or name in words or "ordeals" in words]
    if words and not cases and not ordeals and "storm" not in words:
        sys.exit(
            f"No case is called {given.only}. Choose matrix, storm, ordeals, kill, freeze, a class A to D, "
            f"or one of {', '.join((*ORDEALS, *POINTS))}."
        )
    if missing := [point for point in POINTS if point not in placed()]:
        print(f"No line of this Helix reaches: {', '.join(missing)}.")
    began, results = time.monotonic(), dict[str, Result]()
    for database in [given.database] if given.database else DATABASES:
        if cases:
            results |= run_matrix(database, cases, max(1, min(given.lanes, MOST_LANES)))
        if not words or "storm" in words:
            results[f"{database}/storm"] = storm.storm(database, given.seed, given.runs, given.faults)
        for name in ordeals:
            if database in ORDEALS[name].databases:
                results[f"{database}/{name}"] = result = go_through(name, database)
                trouble = "" if result.ok else "  NOT AS PROMISED"
                print(f"  {database}/{name} {result.seconds} s {result.note}{trouble}", flush=True)
    FILE.write_text(json.dumps({name: result.as_json() for name, result in results.items()}, indent=1) + "\n")
    print(f"\n{table(results | {'in all': total(results.values())})}")
    print(f"\n{time.monotonic() - began:.0f} s. Written to {FILE.name}.")
    return 0 if all(result.ok for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
