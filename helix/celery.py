"""What a worker process runs: `celery -A helix.celery worker`. Sets Django up, and makes the worker's rounds beside Celery."""

import os
import threading
from typing import Any

import django
from celery.signals import worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helix.settings")
django.setup()

from helix.queue import app  # noqa: E402 - Django must be set up before our rooms are imported
from helix.triggers.rounds import WorkerRounds  # noqa: E402

__all__ = ["app"]
_rounds = WorkerRounds()


@worker_ready.connect
def _begin_rounds(**_: Any) -> None:
    threading.Thread(target=_rounds.go, name="helix-rounds", daemon=True).start()


@worker_shutting_down.connect
def _end_rounds(**_: Any) -> None:
    _rounds.stop()
