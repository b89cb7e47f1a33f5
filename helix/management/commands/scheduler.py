"""`manage.py scheduler`: fires schedules, wakes timers, takes back lost steps. Any number may run."""

import contextlib
import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from helix.health.choices import vault_keys
from helix.logs.around import name_process
from helix.tracing.spans import tracing
from helix.triggers.rounds import SchedulerRounds

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Fires schedules, wakes timers and takes back steps of lost workers. Any number may run at once."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        name_process("scheduler")
        tracing.begin("scheduler")
        with contextlib.suppress(DatabaseError):  # its rounds wait until the database is there
            if not (finding := vault_keys()).ok:
                log.error("vault: %s %s", finding.message, finding.hint)
        rounds = SchedulerRounds()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: rounds.stop())
        rounds.go()
