"""`python -m tests.bench.floors.loop STUB_URL POSTGRES_URL CLIENT PROCESSES FLOWS`: the physical limit.

A plain Python loop: ten POSTs (or nothing) per flow, each fed by the last answer, one durable commit per step, no engine.
POSTGRES_URL empty: SQLite with synchronous=FULL in the temporary folder. Prints one JSON object.
"""

import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg

STEPS, WARM = 10, 5
Post = Callable[[dict[str, Any]], Any]
Save = Callable[[str, int, Any], None]
TABLES = (
    "create table if not exists fstep(id {id} primary key, run text, i int, out {json})",
    "create table if not exists frun(id text primary key, cur int)",
)
INSERT = "insert into fstep(run, i, out) values({0}, {0}, {0})"
UPSERT = "insert into frun values({0}, {0}) on conflict(id) do update set cur = excluded.cur"


def client(kind: str, url: str) -> Post:
    if kind == "noop":
        return lambda _: {"ok": True, "value": 42}
    kept = httpx.Client()
    return lambda body: kept.post(url, json=body).json()


def postgres_store(url: str) -> Save:
    database = psycopg.connect(url, autocommit=True)
    insert, upsert = INSERT.format("%s"), UPSERT.format("%s")

    def save(run: str, i: int, out: Any) -> None:
        with database.transaction():
            database.execute(insert, (run, i, json.dumps(out)), prepare=True)
            database.execute(upsert, (run, i), prepare=True)

    return save


def sqlite_store(path: str) -> Save:
    database = sqlite3.connect(path, isolation_level=None, timeout=30)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    insert, upsert = INSERT.format("?"), UPSERT.format("?")

    def save(run: str, i: int, out: Any) -> None:
        database.execute("begin immediate")
        database.execute(insert, (run, i, json.dumps(out)))
        database.execute(upsert, (run, i))
        database.execute("commit")

    return save


def make_tables(url: str, path: str) -> None:
    if url:
        with psycopg.connect(url, autocommit=True) as database:
            for table in TABLES:
                database.execute(table.format(id="bigserial", json="jsonb").encode())
    else:
        with sqlite3.connect(path) as lite:
            for table in TABLES:
                lite.execute(table.format(id="integer", json="text"))
        lite.close()


def flows(post: Post, save: Save, number: int) -> list[float]:
    """Seconds that each of these flows took; the first few warm up and do not count."""
    took = []
    for k in range(number + WARM):
        out: Any = {}
        run, began = f"{os.getpid()}-{time.time_ns()}", time.perf_counter()
        for i in range(STEPS):
            out = post({"n": i, "prev": out})
            save(run, i, out)
        if k >= WARM:
            took.append(time.perf_counter() - began)
    return took


def one_process(stub: str, url: str, path: str, kind: str, number: int) -> tuple[list[float], float]:
    """Seconds of each flow, and the processor time of this process for a step."""
    post, save = client(kind, stub), postgres_store(url) if url else sqlite_store(path)
    began = time.process_time()
    took = flows(post, save, number)
    return took, (time.process_time() - began) / (number + WARM) / STEPS


def main(stub: str, url: str, kind: str, processes: int, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="helix-floor-") as folder:
        path = f"{folder}/floor.sqlite3"
        make_tables(url, path)
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes) as pool:
            works = [(stub, url, path, kind, number // processes)] * processes
            parts = pool.starmap(one_process, works, chunksize=1)
    took = [seconds for part, _ in parts for seconds in part]
    # the rate from the flows' own times: the start of the processes is left out
    return {
        "steps_s": processes * len(took) / sum(took) * STEPS,
        "seconds": took,
        "cpu": sum(cpu for _, cpu in parts) / processes,
    }


if __name__ == "__main__":
    stub, url, kind, processes, number = sys.argv[1:]
    print(json.dumps(main(stub, url, kind, int(processes), int(number))))
