"""The Celery tasks of the engine. A message is only a hint: it names no step, and any number of them is harmless."""

from celery import shared_task
from django.db import close_old_connections

from helix.engine.bell import WAKE
from helix.engine.perform import work


@shared_task(name=WAKE, ignore_result=True)
def wake(*_: object, **__: object) -> None:
    close_old_connections()
    work()
