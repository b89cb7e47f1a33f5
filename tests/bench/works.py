"""The works, each under its floors and under Helix, as figures."""

import os
from typing import Any

from tests.bench.idle import idle
from tests.bench.measure import Figure, Meter, latency
from tests.bench.sitting import SLOW_SECONDS, THREADS, WORKERS, Sitting
from tests.rig.installation import Installation

TIMED = ("w1", "w2")
IN_CELERY = ("w1", "w2", "w3", "w4", "w6")
WORDS = {
    "w1": "10 POSTs in sequence",
    "w2": "10 no-op steps",
    "w3": "1 -> 20 POSTs -> join",
    "w4": "5 MB handed through 5 steps",
    "w6": f"W1, the service takes {SLOW_SECONDS * 1000:.0f} ms",
}
AT_ONCE = "200 flows at once"
FEW = 10_000
"""Stored runs that the scale bench compares with."""


def _burst(sitting: Sitting, side: str, work: str, found: dict[str, Any], how: str) -> None:
    detail: dict[str, Any] = {key: found[key] for key in ("cpu_parts", "busy", "others") if key in found}
    sitting.add(Figure(f"{work}.{side}.steps_s", round(found["steps_s"], 1), "steps/s", how, detail))
    if "cpu_ms_step" in found:
        sitting.add(
            Figure(f"{work}.{side}.cpu", found["cpu_ms_step"], "ms/step", "processor time, all of its processes")
        )


def loops(sitting: Sitting, works: list[str]) -> None:
    """The bare loop with one durable commit per step."""
    here = dict(os.environ)
    url = sitting.database("floor")
    for work in [work for work in works if work in TIMED]:
        kind = "httpx" if work == "w1" else "noop"
        for processes in (1, 2):
            meter, flows = Meter(postgres=[sitting.postgres.pid]), 400 * processes
            found = sitting.measure(
                "tests.bench.floors.loop", sitting.stub_url, url, kind, processes, flows, environment=here
            )
            measured = meter.per_step(flows * 10)
            parts = {"loop": round(1000 * found["cpu"], 3), "postgres": measured["cpu_parts"]["postgres"]}
            found |= {**measured, "cpu_parts": parts, "cpu_ms_step": sum(parts.values())}
            how = f"{WORDS[work]}, a transaction per step, {processes} process{'es' if processes > 1 else ''}"
            _burst(sitting, f"loop{processes}", work, found, how)
            if processes == 1:
                sitting.add(*latency(f"{work}.loop", found["seconds"], "one flow at a time"))
    if "w1-sqlite" in works:
        found = sitting.measure("tests.bench.floors.loop", sitting.stub_url, "", "httpx", 1, 400, environment=here)
        _burst(sitting, "loop1", "w1-sqlite", found, "W1 on SQLite, synchronous=FULL, 1 process")
        sitting.add(*latency("w1-sqlite.loop", found["seconds"], "one flow at a time"))


def chains(sitting: Sitting, works: list[str]) -> None:
    """The raw Celery chain."""
    wanted = [work for work in IN_CELERY if work in works]
    if not wanted:
        return
    redis = sitting.redis.url.rsplit("/", 1)[0]
    places = {"FLOOR_REDIS_URL": redis, "FLOOR_STUB_URL": sitting.stub_url, "FLOOR_SLOW_URL": sitting.slow_url}
    assert sitting.redis.process
    more = {"FLOOR_LOG": str(sitting.folder / "chain.log"), "FLOOR_REDIS_PID": str(sitting.redis.process.pid)}
    all_found = sitting.measure("tests.bench.floors.chain", *wanted, environment={**os.environ, **places, **more})
    for work, found in all_found.items():
        if "steps_s" in found:
            _burst(
                sitting, "celery", work, found, f"{WORDS[work]}, prefork 2, {30 if work == 'w6' else 200} flows at once"
            )
        if "seconds" in found:
            sitting.add(*latency(f"{work}.celery", found["seconds"], WORDS[work]))


def product(sitting: Sitting, works: list[str]) -> None:
    """Helix: its workers as they are started by default."""
    quick = [work for work in ("w1", "w2", "w3", "w4") if work in works]
    if quick or "w5" in works:
        with sitting.helix("helix", on_postgres=True, web="w5" in works) as helix:
            if "w5" in works:
                idle(sitting, helix)
            _add(sitting, "", helix.measure("tests.bench.product", *quick) if quick else {})
    if "w6" in works:
        with sitting.helix("helix-slow", on_postgres=True, slow=True) as helix:
            _add(sitting, "", helix.measure("tests.bench.product", "w6"))
        slots = WORKERS * THREADS
        sitting.add(Figure("w6.slots.steps_s", slots / SLOW_SECONDS, "steps/s", f"the limit of {slots} slots"))
    if "w1-sqlite" in works:
        with sitting.helix("helix-sqlite", on_postgres=False) as helix:
            _add(sitting, "-sqlite", helix.measure("tests.bench.product", "w1"))


def _add(sitting: Sitting, suffix: str, all_found: dict[str, Any]) -> None:
    for work, found in all_found.items():
        name, how = f"{work}{suffix}", f"{WORDS[work]}, {WORKERS} processes x {THREADS} threads"
        if "steps_s" in found:
            _burst(sitting, "helix", name, found, f"{how}, {AT_ONCE}")
        if "seconds" in found:
            sitting.add(*latency(f"{name}.helix", found["seconds"], how))


def scale(sitting: Sitting, runs: int) -> None:
    """What work costs beside many stored runs."""
    folder = sitting.folder / "scale"
    folder.mkdir()
    installation = Installation(folder, sitting.redis.url_of(6), sitting.stub_url, sitting.database("scale"))
    installation.migrate()
    found = sitting.measure("tests.bench.scale", FEW, runs, environment=installation.environment())
    for name, (few, many, scans) in found.items():
        how = f"beside {FEW:,} and {runs:,} stored runs" + (f"; full scans: {', '.join(scans)}" if scans else "")
        sitting.add(Figure(f"scale.{name}.few", few, "ms", how), Figure(f"scale.{name}.many", many, "ms", how))
