"""Random flows that pass the check run without any failure that the check excludes; the service answers oddly on purpose.

More of them: `python -m tests.soundness 2000`.
"""

import pytest

from helix.teams.models import Team
from tests.fakes.sandbox import SandboxProcess
from tests.soundness.flows import ACTIONS, draw
from tests.soundness.running import run_all

FLOWS = 150


def test_what_the_check_lets_through_does_not_fail_for_what_it_excludes(team: Team, sandbox: SandboxProcess) -> None:
    report = run_all(range(FLOWS), team, sandbox)

    assert [str(finding) for finding in report.findings] == []
    assert report.flows == FLOWS and report.steps["succeeded"] > 3 * FLOWS


def test_the_flows_use_everything_that_there_is() -> None:
    drawn = [draw(seed).graph for seed in range(FLOWS)]
    types = {node["type"] for graph in drawn for node in graph["nodes"]}
    ways = {node.get("on_error") for graph in drawn for node in graph["nodes"]}

    assert types >= {*ACTIONS, "logic.set", "logic.branch", "logic.filter", "logic.join", "logic.wait", "logic.stop"}
    assert ways >= {"continue", "branch"}


@pytest.mark.parametrize("seed", [0, 7, 11])
def test_a_seed_draws_the_same_flow_again(seed: int) -> None:
    assert draw(seed).graph == draw(seed).graph
