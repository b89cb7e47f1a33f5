"""The Celery task of the triggers. A message is only a hint that something came in."""

from celery import shared_task
from django.db import close_old_connections

from helix.triggers.inbox import turn_inbox
from helix.triggers.intake.hint import INBOX


@shared_task(name=INBOX, ignore_result=True)
def inbox(*_: object, **__: object) -> None:
    close_old_connections()
    turn_inbox()
