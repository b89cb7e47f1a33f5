"""`python -m tests.bench.floors.chain WORK…`: what raw Celery needs for the same work, without any database.

A chain of ten tasks over Redis, two prefork processes, results ignored; nothing is durable. Prints one JSON object:
{work: figures}.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from celery import chain, chord, group

from tests.bench.floors.tasks import SLOW, STUB, app, big, branch, carry, finish, last_noop, last_step, noop, step
from tests.bench.measure import Meter
from tests.rig.process import start


def ten(work: str, url: str, key: str) -> Any:
    """The chain of one flow."""
    task, last = (noop, last_noop) if work == "w2" else (step, last_step)
    return chain(task.s({}, url), *[task.s(url) for _ in range(8)], last.s(url, key))


def one(work: str, key: str) -> Any:
    """One flow of this work; its end is pushed to `key`."""
    if work == "w3":
        return chord(group(branch.s(i, STUB) for i in range(20)), finish.s(key))
    if work == "w4":
        return chain(big.s({}), *[carry.s() for _ in range(5)], finish.s(key))
    return ten(work, SLOW if work == "w6" else STUB, key)


def ends(key: str, number: int) -> list[float]:
    found = [app.backend.client.blpop(key, 120) for _ in range(number)]
    return [float(value[1]) for value in found if value]


def burst(work: str, number: int, worker: int) -> dict[str, Any]:
    """So many flows at once: steps a second from the first start to the last end."""
    meter, key, began = (
        Meter(workers=[worker], redis=[int(os.environ["FLOOR_REDIS_PID"])]),
        f"end{time.time_ns()}",
        time.time(),
    )
    for _ in range(number):
        one(work, key).apply_async()
    took = max(ends(key, number)) - began
    return {"steps_s": 10 * number / took, **meter.per_step(10 * number)}


def single(work: str, number: int, warm: int) -> list[float]:
    """Seconds that a flow takes alone."""
    took = []
    for k in range(number + warm):
        key, began = f"end{time.time_ns()}", time.time()
        one(work, key).apply_async()
        ended = ends(key, 1)[0]
        if k >= warm:
            took.append(ended - began)
    return took


def main(works: list[str]) -> dict[str, Any]:
    command = (sys.executable, "-m", "celery", "-A", "tests.bench.floors.tasks", "worker", "-P", "prefork", "-c", "2")
    log = Path(os.environ["FLOOR_LOG"])
    worker = start("chain", [*command, "-l", "warning", "--without-gossip", "--without-mingle"], log)
    found: dict[str, Any] = {}
    try:
        single("w2", 5, 2)
        burst("w1", 20, worker.pid)
        for work in works:
            if work in ("w1", "w2"):
                found[work] = burst(work, 200, worker.pid) | {"seconds": single(work, 60, 8)}
            elif work == "w6":
                found[work] = burst(work, 30, worker.pid)
            else:
                found[work] = {"seconds": single(work, 30 if work == "w3" else 4, 2)}
    finally:
        worker.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
