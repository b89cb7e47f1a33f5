"""`manage.py scheduler`: fires schedules, wakes timers, takes back lost steps. Any number may run."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from helix.logs.around import name_process
from helix.tracing.spans import tracing
from helix.triggers.rounds import SchedulerRounds


class Command(BaseCommand):
    help = "Fires schedules, wakes timers and takes back steps of lost workers. Any number may run at once."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        name_process("scheduler")
        tracing.begin("scheduler")
        rounds = SchedulerRounds()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: rounds.stop())
        rounds.go()
