"""W5: what an installation costs while nothing runs."""

import time

from tests.bench.measure import Figure
from tests.bench.sitting import Running, Sitting
from tests.rig.process import cpu_seconds, memory_mb, tree

SETTLE, WATCH = 6.0, 20.0


def idle(sitting: Sitting, helix: Running) -> None:
    """Memory (proportional) and processor share of each group of processes."""
    time.sleep(SETTLE)
    groups = {name: tree(roots) for name, roots in helix.pids.items()}
    before, began = {name: cpu_seconds(pids) for name, pids in groups.items()}, time.monotonic()
    time.sleep(WATCH)
    seconds = time.monotonic() - began
    whole = 0.0
    for name, pids in groups.items():
        share = 100 * (cpu_seconds(pids) - before[name]) / seconds
        whole += share
        sitting.add(
            Figure(f"w5.{name}.memory", memory_mb(pids), "MB", f"{len(pids)} processes at rest"),
            Figure(f"w5.{name}.cpu", round(share, 2), "% of a core", f"over {WATCH:g} s at rest"),
        )
    sitting.add(Figure("w5.helix.cpu", round(whole, 2), "% of a core", "the whole system at rest"))
