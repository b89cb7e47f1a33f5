"""Runs drawn flows through the real engine against a real sandbox process."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from helix.connections.models import Connection
from helix.engine.budget.gate import unpause
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.given import BadInput, read_fields
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import publish
from tests.fakes.sandbox import SandboxProcess
from tests.soundness.answers import faults_for
from tests.soundness.flows import Drawn, draw
from tests.soundness.judging import PROMISED, Ended, Finding, content, judge


@dataclass
class Report:
    """What came of many flows."""

    flows: int = 0
    refused: int = 0
    runs: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def run_all(seeds: Iterable[int], team: Team, sandbox: SandboxProcess) -> Report:
    """Draw and run the flow of every seed; the sandbox keeps no rates, so that nothing waits."""
    report = Report()
    sandbox.settings(enforce_rates=False)
    for seed in seeds:
        _one(draw(seed), team, sandbox, report)
    report.findings += [Finding(-1, "", sentence) for sentence in broken()]
    return report


def _one(drawn: Drawn, team: Team, sandbox: SandboxProcess, report: Report) -> None:
    report.flows += 1
    trigger = next(node for node in drawn.graph["nodes"] if node["key"] == drawn.entry)
    payload = drawn.payload
    if trigger["type"] == "trigger.manual":
        try:
            payload = read_fields(trigger["config"]["fields"], payload)
        except BadInput:
            report.refused += 1
            return
    for connection in Connection.objects.filter(team=team):
        unpause(connection)  # an answer that refused a key holds up that flow alone
    sandbox.faults(faults_for(drawn))
    version = publish(create_flow(team, f"Flow {drawn.seed}", json.dumps(drawn.graph)), None)
    run = start(version, cause=Cause.TEST, key=str(new_id()), payload=payload, entry=drawn.entry)
    work()
    run.refresh_from_db()
    ends = list(ends_of(run))
    report.runs[run.state] += 1
    report.steps.update(end.state for end in ends)
    report.excused.update(
        why for end in ends if end.error and end.error["kind"] in PROMISED and (why := content(end.error["message"]))
    )
    report.findings += judge(drawn, ends)


def ends_of(run: Run) -> Iterable[Ended]:
    """How each step of the run ended."""
    for step in StepRun.objects.filter(run=run).prefetch_related("attempts"):
        last = max(step.attempts.all(), key=lambda attempt: attempt.number, default=None)
        yield Ended(step.node, step.state, last.error if last else None, (step.output or {}).get("data"))
