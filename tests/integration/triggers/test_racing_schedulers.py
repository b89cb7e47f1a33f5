"""Three schedulers at once, one of them killed again and again: every due instant has one row and one run."""

import os
import time
from pathlib import Path

import pytest

from tests.fakes.installation import Installation, Process, installation, kill

DUE = 100
SECONDS = 4.0
MAKE = f"""
import json
from datetime import timedelta
from django.utils import timezone
from helix.flows.drafts import create_flow
from helix.teams.models import Team
from helix.triggers.models import Schedule
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.triggers.conftest import STOP
team = Team.objects.create(slug="race", name="Race")
for number in range({DUE}):
    trigger = {{"key": "begin", "type": "trigger.schedule", "config": {{"timezone": "UTC", "at": "2125-01-01T00:00:00Z"}}}}
    publish(create_flow(team, f"At once {{number}}", graph_text([trigger, STOP], ["begin>halt"])), None)
first, rows = timezone.now() + timedelta(seconds=1), list(Schedule.objects.all())
for number, row in enumerate(rows):
    row.next_fire_at = first + timedelta(seconds={SECONDS} * number / {DUE})
    row.config["at"] = row.next_fire_at.isoformat()
Schedule.objects.bulk_update(rows, ["config", "next_fire_at"])
"""
COUNT = """
import json
from collections import Counter
from django.db.models import Count
from helix.engine.models import Run
from helix.triggers.models import Schedule, ScheduleFire
a_run = Run.objects.values("flow").annotate(number=Count("pk")).values_list("number", flat=True)
print(json.dumps({
    "fires": ScheduleFire.objects.count(), "runs": Run.objects.count(), "most": max(a_run, default=0),
    "without": ScheduleFire.objects.filter(run=None).count(), "left": Schedule.objects.exclude(next_fire_at=None).count(),
}))
"""


@pytest.mark.skipif(os.name == "nt", reason="kills processes")
def test_every_due_instant_has_one_fire_and_one_run(tmp_path: Path) -> None:
    with installation(tmp_path, os.environ.get("HELIX_TEST_DATABASE_URL", "")) as apart:
        schedulers = [apart.start("manage.py", "scheduler") for _ in range(3)]
        apart.run(MAKE)  # the instants begin to come now, and the killing with them

        kills = _kill_again_and_again(apart, schedulers)
        found = _wait(apart)

    assert kills >= 4
    assert found == {"fires": DUE, "runs": DUE, "most": 1, "without": 0, "left": 0}


def _kill_again_and_again(apart: Installation, schedulers: list[Process]) -> int:
    until, kills = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        victim = kills % len(schedulers)
        time.sleep(0.5)
        kill(schedulers[victim])
        schedulers[victim] = apart.start("manage.py", "scheduler")
        kills += 1
    return kills


def _wait(apart: Installation) -> dict[str, int]:
    """The counts once nothing is left to fire."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found: dict[str, int] = apart.run(COUNT)
        if found["left"] == 0:
            return found
    raise AssertionError(apart.log()[-3000:])
