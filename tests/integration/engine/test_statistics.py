"""SQLite learns how full the tables are, so that the list of runs under way is not looked for among all there ever were."""

from typing import Any

import pytest
from django.db import connection

from helix.engine import statistics
from helix.engine.models import Run
from helix.runs.filters import RunFilter
from helix.teams.models import Team
from tests.integration.engine.conftest import states

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")


def test_few_runs_are_not_counted(team: Team) -> None:
    assert not statistics.count_rows()


def test_with_many_runs_a_list_of_one_state_takes_its_own_index(
    team: Team, plain_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MANY", 1)
    runs = [plain_run() for _ in range(40)]
    Run.objects.exclude(pk=runs[0].pk).update(state="succeeded", ended_at=runs[0].created_at)

    assert statistics.count_rows()

    for state in RunFilter(state="live").states:
        plan = RunFilter(state="live").in_state(team, state).order_by("-created_at", "-id")[:51].explain()
        assert "live_runs" in plan
    assert states(runs[0])["go"] == "succeeded"
