"""Rubbish for the queue: what is no message, tasks that nobody knows, hints many times over, hints long gone."""

from contextlib import suppress
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import KombuError

from helix.engine.bell import WAKE

QUEUE = "helix"


def rubbish(url: str, kind: str) -> None:
    """Push one kind of it; a queue that is away gets nothing."""
    with suppress(redis.RedisError, KombuError, OSError):
        KINDS[kind](url)


def no_message(url: str) -> None:
    """Something that is no JSON: Celery's worker ends at it."""
    with redis.Redis.from_url(url, socket_timeout=2) as client:
        client.lpush(QUEUE, b"\xff{ no message")


def unknown(url: str) -> None:
    """A task of another version of Helix."""
    _send(url, "helix.of_the_future", 3)


def doubled(url: str) -> None:
    """The same hint fifty times."""
    _send(url, WAKE, 50)


def late(url: str) -> None:
    """A hint that is too old to be worth anything."""
    _send(url, WAKE, 1, expires=-600)


def _send(url: str, task: str, times: int, **more: Any) -> None:
    app = Celery("rubbish", broker=url, fixups=[], set_as_current=False)
    app.conf.update(
        task_publish_retry=False, broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1}
    )
    with app:
        for _ in range(times):
            app.send_task(task, queue=QUEUE, ignore_result=True, retry=False, **more)


KINDS = {"no_message": no_message, "unknown": unknown, "doubled": doubled, "late": late}
