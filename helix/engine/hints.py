"""Hints as they lie in the queue: Celery's own message, made by Celery once and stamped anew for each ring.

Sending through Celery costs a third of a millisecond each time, on the way of every run that begins; a stamp a tenth of that.
"""

import json
import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from celery import Celery
from kombu.connection import Connection

EXPIRES = timedelta(seconds=60)


@lru_cache(maxsize=4)
def _made(app: Celery, task: str) -> dict[str, Any]:
    """A message of this task without arguments, as the queue would hold it."""
    queue = app.conf.task_default_queue
    with Connection("memory://") as nowhere:
        app.send_task(task, ignore_result=True, expires=EXPIRES.total_seconds(), retry=False, connection=nowhere)
        message: dict[str, Any] = nowhere.default_channel._get(queue)
    return message


def hint(app: Celery, task: str) -> bytes:
    """One message more, with an id and an end of its own."""
    made, own = _made(app, task), str(uuid.uuid4())
    expires = (datetime.now(UTC) + EXPIRES).isoformat()
    message = {
        **made,
        "headers": {**made["headers"], "id": own, "root_id": own, "expires": expires},
        "properties": {**made["properties"], "correlation_id": own, "delivery_tag": own},
    }
    return json.dumps(message).encode()
