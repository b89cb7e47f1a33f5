"""Runs drawn flows through the real engine against a real sandbox process."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from helix.connections.models import Connection
from helix.engine.awaiting import APPROVAL, approve, deliver_message
from helix.engine.budget.gate import forget_gate, unpause
from helix.engine.budget.models import RateBucket
from helix.engine.invariants import broken
from helix.engine.keys import answer_token
from helix.engine.models import Awaited, Run, StepRun
from helix.engine.outputs import load
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, StepState
from helix.flows.drafts import create_flow
from helix.flows.given import BadInput, read_fields
from helix.flows.steps.samples import type_of_sample
from helix.ids import new_id
from helix.teams.models import Team, User
from helix.triggers.publish import publish
from tests.fakes.sandbox import SandboxProcess
from tests.soundness.answers import faults_for
from tests.soundness.flows import SAMPLE, Drawn, draw
from tests.soundness.judging import PROMISED, Ended, Finding, content, judge
from tests.soundness.values import value_of


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
    RateBucket.objects.all().delete()
    forget_gate()  # nor does a broadcast keep the next flow's waiting
    sandbox.faults(faults_for(drawn))
    version = publish(create_flow(team, f"Flow {drawn.seed}", json.dumps(drawn.graph)), None)
    run = start(version, cause=Cause.TEST, key=str(new_id()), payload=payload, entry=drawn.entry)
    work()
    while _answer_one(run, Random(drawn.seed)):
        work()
    run.refresh_from_db()
    ends = list(ends_of(run))
    report.runs[run.state] += 1
    report.steps.update(end.state for end in ends)
    report.excused.update(
        why for end in ends if end.error and end.error["kind"] in PROMISED and (why := content(end.error["message"]))
    )
    report.findings += judge(drawn, ends)


def _answer_one(run: Run, random: Random) -> bool:
    """Give the next waiting step of the run its answer: yes or no, or a message of the type that it expects."""
    asked = Awaited.objects.filter(step__run=run, answered_at=None, step__state=StepState.WAITING).first()
    if asked is None:
        return False
    if asked.kind == APPROVAL:
        who, _ = User.objects.get_or_create(email="ada@example.com")
        return approve(asked.step, random.random() < 0.5, who)
    token, body = answer_token(run.pk), value_of(type_of_sample(SAMPLE), random)
    return bool(deliver_message(token, body, asked.step.node))


def ends_of(run: Run) -> Iterable[Ended]:
    """How each step of the run ended."""
    for step in StepRun.objects.filter(run=run).prefetch_related("attempts"):
        last = max(step.attempts.all(), key=lambda attempt: attempt.number, default=None)
        data = load((step.output or {}).get("data"), run.team_id)  # a large one is kept elsewhere
        yield Ended(step.node, step.state, last.error if last else None, data)
