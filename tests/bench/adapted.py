"""Measurements of other rooms that stand on their own, as benches of a sitting."""

import importlib
from typing import Any

from tests.bench.measure import Figure
from tests.bench.sitting import Sitting

INTAKE_SECONDS = 10.0


def intake(sitting: Sitting) -> None:
    """Deliveries taken in a second by two web processes, and the time in which nearly all were answered."""
    module: Any = importlib.import_module("tests.bench.intake")
    for name, url in (("sqlite", ""), ("postgres", sitting.database("intake"))):
        found: dict[str, Any] = module.measure(url, seconds=INTAKE_SECONDS)
        how = f"signed deliveries, {found['processes']} web processes, {found['connections']} connections; answers {found['answers']}"
        sitting.add(
            Figure(f"intake.{name}.per_second", found["per_second"], "a second", how),
            Figure(f"intake.{name}.p99", found["p99_ms"], "ms", how),
            Figure(f"intake.{name}.cpu", found["server_cpu_ms_each"], "ms each", "processor time of the web processes"),
        )
