"""`python -m tests.bench.scale FEW MANY`, in the environment of an installation: what claim, commit, start and lists cost beside
so many stored runs, and whether the database reads whole tables for it.

Stored runs are copies, made by the database itself, of one that really ran. Prints one JSON object:
{name: [ms beside few, ms beside many, tables that were read whole]}.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

import django

django.setup()

from django.db import connection, models, transaction  # noqa: E402 - Django must be set up before our rooms are imported
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from helix.engine.models import Attempt, Run, StepRun  # noqa: E402
from helix.engine.perform import work  # noqa: E402
from helix.engine.sweep import ring_for_unheard, take_back_lost, wake_due  # noqa: E402
from helix.flows.models import FlowVersion  # noqa: E402
from helix.teams.models import Member, User  # noqa: E402
from helix.teams.roles import Role  # noqa: E402
from tests.bench.product import begin, in_a_row, prepare, set_step, version_of  # noqa: E402
from tests.bench.works import FEW  # noqa: E402

REPEATS = 15
STORED = ("engine_run", "engine_steprun", "engine_attempt")
SECONDS_APART, AT_ONCE = 30, 50_000
Deed = Callable[[], object]


def columns(model: type[models.Model], **instead: str) -> tuple[str, str]:
    """The columns of a model's table, and what to copy into them: the column of `t`, or the SQL that is given instead."""
    names = [field.column for field in model._meta.local_concrete_fields if field.column]
    names = [name for name in names if instead.get(name, "") is not None]
    return ", ".join(names), ", ".join(instead.get(name) or f"t.{name}" for name in names)


def store(template: Run, first: int, last: int) -> None:
    """Add copies of the run with its steps and attempts, from this number to that, each older than the one before."""
    for low in range(first, last, AT_ONCE):
        _store(template, low + 1, min(low + AT_ONCE, last))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in STORED:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("SET statement_timeout = 15000")


def _store(template: Run, first: int, last: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "CREATE TEMP TABLE copy_run ON COMMIT DROP AS SELECT n, uuidv7(make_interval(secs => -n * %s)) AS id, "
            "now() - make_interval(secs => n * %s) AS at FROM generate_series(%s, %s) AS n",
            [SECONDS_APART, SECONDS_APART, first, last],
        )
        into, values = columns(
            Run, id="c.id", cause_key="c.id::text", created_at="c.at", started_at="c.at", ended_at="c.at"
        )
        cursor.execute(
            f"INSERT INTO engine_run ({into}) SELECT {values} FROM engine_run t, copy_run c WHERE t.id = %s",
            [template.pk],
        )
        cursor.execute(
            "CREATE TEMP TABLE copy_step ON COMMIT DROP AS SELECT c.id AS run_id, c.at, s.id AS was, "
            "uuidv7(make_interval(secs => -c.n * %s)) AS id FROM copy_run c, engine_steprun s WHERE s.run_id = %s",
            [SECONDS_APART, template.pk],
        )
        into, values = columns(
            StepRun, id="c.id", run_id="c.run_id", started_at="c.at", claimed_at="c.at", ended_at="c.at"
        )
        cursor.execute(
            f"INSERT INTO engine_steprun ({into}) SELECT {values} FROM engine_steprun t JOIN copy_step c ON c.was = t.id"
        )
        names = [field.column for field in Attempt._meta.local_concrete_fields if field.column not in (None, "id")]
        kept = ", ".join("c.id" if name == "step_id" else f"t.{name}" for name in names)
        cursor.execute(
            f"INSERT INTO engine_attempt ({', '.join(map(str, names))}) SELECT {kept} FROM engine_attempt t JOIN copy_step c ON c.was = t.step_id"
        )


def deeds(version: FlowVersion, template: Run) -> dict[str, Deed]:
    """What is timed: the road of a run, the scheduler's round, and the pages that list runs."""
    owner = User.objects.create_user("bench@example.com", name="Bench")
    Member.objects.create(team=version.flow.team, user=owner, role=Role.OWNER)
    browser = Client()
    browser.force_login(owner)
    listed = reverse("runs:list", kwargs={"team": "bench"})
    shown = reverse("runs:run", kwargs={"team": "bench", "run_id": template.pk})

    deep = timezone.now() - timedelta(seconds=SECONDS_APART * FEW * 0.9)

    def page(address: str) -> None:
        answer = browser.get(address, headers={"host": "localhost"})
        assert answer.status_code == 200, f"{address}: {answer.status_code}"

    def rounds() -> None:
        wake_due()
        take_back_lost()
        ring_for_unheard()

    return {
        "start": lambda: begin(version),
        "carry": work,
        "idle_claim": work,
        "round": rounds,
        "list": lambda: page(listed),
        "list_failed": lambda: page(f"{listed}?state=failed"),
        "list_live": lambda: page(f"{listed}?state=live"),
        "list_of_flow": lambda: page(f"{listed}?flow={version.flow_id}"),
        "list_rare": lambda: page(f"{listed}?trigger=event&state=failed"),
        "list_week": lambda: page(f"{listed}?since=7d"),
        "attention": lambda: page(reverse("runs:attention", kwargs={"team": "bench"})),
        "list_deep": lambda: page(f"{listed}?before={deep.isoformat()}_{template.pk}"),
        "run_page": lambda: page(shown),
    }


def timed(all_deeds: dict[str, Deed]) -> dict[str, float]:
    """The middle time of each deed in ms; `carry` carries ten steps that `start` began, `claim` has nothing to claim."""
    found: dict[str, list[float]] = {}
    for _ in range(REPEATS):
        for name, deed in all_deeds.items():
            began = time.perf_counter()
            deed()
            found.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return {name: round(median(values[2:]), 3) for name, values in found.items()}


def scans(deed: Deed) -> list[str]:
    """The stored tables that any of the deed's statements reads whole, by the planner's word."""
    with CaptureQueriesContext(connection) as caught:
        deed()
    found: set[str] = set()
    for query in caught.captured_queries:
        if not re.match(r"\s*(SELECT|UPDATE|DELETE|WITH|INSERT)", query["sql"]):
            continue
        with connection.cursor() as cursor:
            try:
                with transaction.atomic():
                    cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
                    plan = "\n".join(row[0] for row in cursor.fetchall())
            except Exception as error:
                print(f"not explained ({error}): {query['sql'][:200]}", file=sys.stderr)
                continue
        found |= {table for table in STORED if re.search(rf"Seq Scan on {table}\b", plan)}
        if re.search(r"Seq Scan on engine_", plan):
            print(f"{query['sql'][:300]}\n{plan}\n", file=sys.stderr)
    return sorted(found)


def main(few: int, many: int) -> dict[str, Any]:
    team = prepare()
    version = version_of(team, "Stored", in_a_row(set_step))
    template = begin(version)
    while work():
        pass
    template.refresh_from_db()
    assert template.state == "succeeded", template.state
    store(template, 0, few)
    all_deeds = deeds(version, template)
    before = timed(all_deeds)
    began = time.monotonic()
    store(template, few, many)
    print(f"{many:,} runs are stored ({time.monotonic() - began:.0f} s)", file=sys.stderr)
    after = timed(all_deeds)
    return {name: [before[name], after[name], scans(deed)] for name, deed in all_deeds.items()}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
