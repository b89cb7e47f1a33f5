"""Three schedulers at once, one of them killed again and again, beside a mail server that takes every connection and never says
a word: each run is counted once, ten thousand failures are one alert, nothing of it is lost, and schedules fire on."""

import os
import socket
import time
from pathlib import Path

import pytest

from tests.fakes.installation import installation, kill

RUNS = 6000
MAKE = f"""
from datetime import timedelta
from django.utils import timezone
from helix.alerts.models import AlertRule
from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.models import Schedule
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.triggers.conftest import STOP
team = Team.objects.create(slug="race", name="Race")
AlertRule.objects.create(team=team, kinds=["failed", "recovered"], addresses=["ops@example.com"])
trigger = {{"key": "begin", "type": "trigger.schedule", "config": {{"timezone": "UTC", "at": "2125-01-01T00:00:00Z"}}}}
flow = create_flow(team, "Fails", graph_text([trigger, STOP], ["begin>halt"]))
publish(flow, None)
flow.refresh_from_db()
now = timezone.now()
Run.objects.bulk_create([
    Run(id=new_id(), team=team, flow=flow, version=flow.published, state="failed", cause_kind="manual",
        cause_key=str(number), entry="begin", created_at=now, started_at=now, ended_at=now)
    for number in range({RUNS})
], batch_size=500)
"""
COUNT = """
import json
from django.db.models import Sum
from helix.alerts.models import AlertState, Delivery, Notice
from helix.engine.models import Run
from helix.insights.models import RunTally
print(json.dumps({
    "left": Run.objects.filter(counted=False).count(), "tallied": RunTally.objects.aggregate(n=Sum("runs"))["n"],
    "failures": sum(AlertState.objects.values_list("count", flat=True)), "notices": Notice.objects.count(),
    "waiting": Delivery.objects.filter(state="waiting").count(), "tries": sum(Delivery.objects.values_list("tries", flat=True)),
}))
"""
FIRE = """
import json
from datetime import timedelta
from django.utils import timezone
from helix.triggers.models import Schedule
Schedule.objects.update(next_fire_at=timezone.now())
print(json.dumps(1))
"""
FIRED = "import json; from helix.triggers.models import ScheduleFire; print(json.dumps(ScheduleFire.objects.count()))"


@pytest.mark.skipif(os.name == "nt", reason="kills processes")
def test_each_run_is_counted_once_and_a_silent_mail_server_holds_up_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail = {
            "HELIX_EMAIL_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}",
            "HELIX_EMAIL_FROM": "helix@example.com",
        }
        with installation(tmp_path, os.environ.get("HELIX_TEST_DATABASE_URL", ""), **mail) as apart:
            apart.run(MAKE)
            schedulers = [apart.start("manage.py", "scheduler") for _ in range(3)]
            found, kills, until = {"left": RUNS, "tries": 0}, 0, time.monotonic() + 90
            while (found["left"] or not found["tries"]) and time.monotonic() < until:
                time.sleep(0.5)
                if kills < 4:
                    kill(schedulers[kills % 3])
                    schedulers[kills % 3] = apart.start("manage.py", "scheduler")
                    kills += 1
                found = apart.run(COUNT)
            apart.run(FIRE)
            while (fires := apart.run(FIRED)) == 0 and time.monotonic() < until:
                time.sleep(0.3)

    assert found == {"left": 0, "tallied": RUNS, "failures": RUNS, "notices": 1, "waiting": 1, "tries": found["tries"]}
    assert found["tries"] >= 1
    assert fires == 1
