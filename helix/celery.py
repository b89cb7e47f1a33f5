"""What a worker process runs: `celery -A helix.celery worker`. Sets Django up, and makes the worker's rounds beside Celery."""

import os
import threading
from typing import Any

import django
from celery.signals import setup_logging, worker_init, worker_shutdown, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helix.settings")
django.setup()

from helix.engine.heart import heart  # noqa: E402 - Django must be set up before our rooms are imported
from helix.engine.perform import stopping  # noqa: E402
from helix.engine.sweep import give_back  # noqa: E402
from helix.logs.around import name_process  # noqa: E402
from helix.queue import app  # noqa: E402
from helix.tracing.spans import tracing  # noqa: E402
from helix.triggers.rounds import WorkerRounds  # noqa: E402

__all__ = ["app"]
_rounds = WorkerRounds()


@setup_logging.connect
def _keep_our_lines(**_: Any) -> None:
    """Celery leaves the loggers as Django has set them up."""


@worker_init.connect
def _begin_rounds(**_: Any) -> None:
    """Before Celery has reached the queue: without Redis the rounds find the work by themselves."""
    name_process("worker")
    tracing.begin("worker")
    threading.Thread(target=_rounds.go, name="helix-rounds", daemon=True).start()


@worker_shutting_down.connect
def _end_rounds(**_: Any) -> None:
    """Nothing is claimed from now on; steps under way end, and Celery waits for them."""
    stopping.set()
    _rounds.stop()


@worker_shutdown.connect
def _give_back(**_: Any) -> None:
    give_back(heart.held())
