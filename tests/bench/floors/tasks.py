"""Raw Celery's tasks: a POST or nothing, each handed the last answer. FLOOR_REDIS_URL and FLOOR_STUB_URL say where all meet."""

import os
import time
from typing import Any

import httpx
from celery import Celery

from tests.bench.stub import five_megabytes

REDIS, STUB = os.environ.get("FLOOR_REDIS_URL", ""), os.environ.get("FLOOR_STUB_URL", "")
SLOW = os.environ.get("FLOOR_SLOW_URL", "")
app = Celery("floor", broker=f"{REDIS}/1", backend=f"{REDIS}/2", fixups=[])
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False, worker_prefetch_multiplier=4)
_client: httpx.Client | None = None


def post(url: str, body: Any) -> Any:
    global _client  # noqa: PLW0603 - one client per process
    if _client is None:
        _client = httpx.Client(limits=httpx.Limits(max_connections=200), timeout=30)
    return _client.post(url, json=body).json()


def done(key: str) -> None:
    app.backend.client.lpush(key, repr(time.time()))


@app.task
def step(previous: Any, url: str) -> Any:
    return post(url, {"prev": previous})


@app.task
def last_step(previous: Any, url: str, key: str) -> Any:
    out = post(url, {"prev": previous})
    done(key)
    return out


@app.task
def noop(previous: Any, url: str) -> Any:
    return {"ok": True, "value": 42}


@app.task
def last_noop(previous: Any, url: str, key: str) -> Any:
    done(key)
    return {"ok": True}


@app.task
def big(previous: Any) -> Any:
    return {"rows": five_megabytes()}


@app.task
def carry(previous: Any) -> Any:
    return previous


@app.task
def finish(previous: Any, key: str) -> None:
    done(key)


@app.task(ignore_result=False)
def branch(i: int, url: str) -> Any:
    return post(url, {"i": i})
