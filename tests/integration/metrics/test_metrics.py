"""The figures of /metrics: what they say, who may read them, and that stored runs cost them nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from helix.connections.models import Connection
from helix.connections.sandboxed import sandbox_of
from helix.engine.budget.models import DailyUse
from helix.engine.models import Worker
from helix.flows.models import Flow
from helix.insights.harvest import harvest
from helix.metrics import facts
from helix.metrics.collector import forget, page
from helix.teams.models import Team
from tests.build import cast
from tests.fakes.queue import Queue
from tests.house.files import ROOT
from tests.integration.insights.conftest import ended

pytestmark = pytest.mark.django_db
STORED = ("engine_run", "engine_steprun", "engine_attempt", "triggers_triggerinbox")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def figures() -> dict[str, float]:
    lines = [line for line in page().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_the_figures_tell_how_the_work_stands(team: Team, flows: list[Flow]) -> None:
    now = timezone.now()
    ended(flows[0], "succeeded", now)
    ended(flows[0], "failed", now)
    harvest()
    live = ended(flows[1], "running", now)
    live.steps.update(state="ready", due_at=now - timedelta(seconds=90))
    Worker.objects.create(name="worker:a:1", kind="worker", pid=1, ticked_at=now)

    found = figures()

    assert found['helix_runs{state="running"}'] == 1
    assert found['helix_steps{state="ready"}'] == 1
    assert 89 < found["helix_ready_oldest_seconds"] < 120
    assert found['helix_runs_ended_total{state="succeeded"}'] == 1
    assert found['helix_runs_ended_total{state="failed"}'] == 1
    assert found["helix_attempts_total"] == 2
    assert found['helix_processes_alive{kind="worker"}'] == 1
    assert found['helix_sign_of_life_seconds{kind="scheduler"}'] == -1
    assert found["helix_database_up"] == 1
    assert found["helix_redis_up"] == 0  # nobody listens there in the tests


def test_the_use_of_a_budget_is_told_beside_its_cap(team: Team) -> None:
    made = sandbox_of(team)
    Connection.objects.filter(pk=made.pk).update(paused_at=timezone.now(), daily_broadcasts=10)
    DailyUse.objects.create(connection=made, day=timezone.now().date(), kind="broadcasts", used=4)
    DailyUse.objects.create(connection=made, day=timezone.now().date() - timedelta(days=1), kind="broadcasts", used=9)

    found = figures()

    where = f'connection="sandbox",kind="broadcasts",team="{team.slug}"'
    assert found[f"helix_budget_used{{{where}}}"] == 4
    assert found[f"helix_budget_cap{{{where}}}"] == 10
    assert found[f'helix_connection_paused{{connection="sandbox",team="{team.slug}"}}'] == 1


def test_redis_is_asked_as_well(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "REDIS_URL", queue.url)

    found = figures()

    assert found["helix_redis_up"] == 1
    assert found["helix_queue_messages"] == 0
    assert found["helix_redis_bytes"] > 0


def test_no_figure_reads_a_stored_table_whole(team: Team) -> None:
    cast("another")
    for sql in facts.QUERIES:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = "\n".join(row[3] for row in cursor.fetchall())
                assert not re.search(rf"SCAN ({'|'.join(STORED)})(?! USING)", plan), f"{sql}\n{plan}"
            else:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert not re.search(rf"Seq Scan on ({'|'.join(STORED)})\b", plan), f"{sql}\n{plan}"


def test_without_a_token_only_this_machine_may_read(client: Client) -> None:
    assert client.get("/metrics", headers={"host": "localhost"}).status_code == 200
    assert client.get("/metrics", headers={"host": "localhost"}, REMOTE_ADDR="10.0.0.9").status_code == 403
    passed_on = client.get("/metrics", headers={"host": "localhost", "X-Forwarded-For": "203.0.113.7"})
    assert passed_on.status_code == 403
    assert "HELIX_METRICS_TOKEN" in passed_on.text


def test_with_a_token_whoever_has_it_may_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_METRICS_TOKEN", SecretStr("a-token-of-the-tests"))

    def read(authorization: str) -> int:
        return client.get("/metrics", headers={"Authorization": authorization}, REMOTE_ADDR="10.0.0.9").status_code

    assert read("Bearer a-token-of-the-tests") == 200
    assert read("Bearer another") == 401
    assert read("") == 401
    assert client.get("/metrics", headers={"host": "localhost"}).status_code == 401
    assert client.post("/metrics").status_code == 405


def test_every_figure_is_in_the_manual(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "REDIS_URL", queue.url)
    given = set(re.findall(r"^# HELP (\S+) ", page().decode(), re.MULTILINE))

    manual = (ROOT / "docs/operations.md").read_text()

    assert set(re.findall(r"^\| `(helix_\w+)", manual, re.MULTILINE)) == given
