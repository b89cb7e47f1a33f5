"""What waits for a person: calls nobody knows the outcome of, approvals, connections that are paused, schedules that cannot fire."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from helix.connections.models import Connection
from helix.engine.awaiting import APPROVAL, APPROVERS
from helix.engine.models import Attempt, Awaited, StepRun
from helix.engine.plans import plan_of
from helix.engine.states import LIVE_RUN_STATES, StepState
from helix.flows.access import barred, visible
from helix.flows.steps import STEP_TYPES
from helix.teams.models import Member, Team
from helix.teams.roles import Ability, may
from helix.triggers.models import Schedule

MOST = 200
"""Rows of one kind that are shown; the count says when there are more."""


@dataclass(frozen=True)
class Doubt:
    """A call that may or may not have arrived."""

    step: StepRun
    error: str
    may_again: bool


@dataclass
class DoubtedStep:
    """All such calls of one step of one flow: mostly they have one cause and one answer."""

    flow_id: UUID
    flow: str
    node: str
    name: str
    icon: str
    family: str
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def may_again(self) -> bool:
        return any(doubt.may_again for doubt in self.doubts)


@dataclass(frozen=True)
class Approval:
    step: StepRun
    question: str
    name: str
    mine: bool


@dataclass(frozen=True)
class Attention:
    doubted: list[DoubtedStep]
    approvals: list[Approval]
    paused: list[Connection]
    unarmed: list[Schedule]
    count: int


def attention(member: Member) -> Attention:
    """Everything that waits for this member."""
    doubts = list(doubted(member).select_related("run__flow", "run__version").order_by("sent_at")[:MOST])
    approvals = _approvals(member)
    paused, unarmed = list(paused_connections(member.team)), list(_unarmed(member).select_related("flow"))
    count = len(doubts) + sum(each.mine for each in approvals) + len(paused) + len(unarmed)
    return Attention(_grouped(doubts), approvals, paused, unarmed, count)


def attention_count(member: Member, most: int = 99) -> int:
    """How many things wait for this member: four short looks at partial indexes."""
    found = doubted(member)[: most + 1].count() if may(member.role, Ability.OPERATE) else 0
    asked = _open(member).values_list("asked", flat=True)[: most + 1]
    found += sum(may(member.role, _ability(one)) for one in asked)
    return found + paused_connections(member.team).count() + _unarmed(member).count()


def doubted(member: Member) -> QuerySet[StepRun]:
    """Steps, of flows that the member sees, whose call may or may not have arrived."""
    return visible(member, StepRun.objects.filter(team=member.team_id, state=StepState.UNKNOWN), "run__flow")


def paused_connections(team: Team) -> QuerySet[Connection]:
    return Connection.objects.filter(team=team, paused_at__isnull=False).order_by("name")


def _unarmed(member: Member) -> QuerySet[Schedule]:
    """Schedules of flows that are on and yet cannot fire."""
    found = Schedule.objects.filter(
        flow__team=member.team_id, flow__enabled=True, flow__deleted_at=None, armed=True, next_fire_at=None
    ).exclude(trouble="")
    return visible(member, found)


def _open(member: Member) -> QuerySet[Awaited]:
    found = Awaited.objects.filter(
        team=member.team_id,
        kind=APPROVAL,
        answered_at=None,
        step__state=StepState.WAITING,
        step__run__state__in=sorted(LIVE_RUN_STATES),
    )
    return visible(member, found, "step__run__flow")


def _ability(asked: object) -> Ability:
    given = asked.get("approvers") if isinstance(asked, dict) else ""
    return APPROVERS.get(str(given or ""), Ability.OPERATE)


def _approvals(member: Member) -> list[Approval]:
    waiting = _open(member).select_related("step__run__flow", "step__run__version").order_by("pk")[:MOST]
    return [
        Approval(
            one.step,
            str(one.asked.get("question") or "Shall the run go on?"),
            plan_of(one.step.run.version_id).nodes[one.step.node].name or one.step.node,
            may(member.role, _ability(one.asked)) and one.step.run.flow_id not in barred(member, Ability.OPERATE),
        )
        for one in waiting
    ]


def _grouped(steps: Iterable[StepRun]) -> list[DoubtedStep]:
    steps = list(steps)
    errors: dict[UUID, str] = {}
    for attempt in Attempt.objects.filter(step__in=steps).order_by("number").only("step_id", "error"):
        errors[attempt.step_id] = str((attempt.error or {}).get("message", ""))
    found: dict[tuple[UUID, str], DoubtedStep] = {}
    for step in steps:
        run, node = step.run, plan_of(step.run.version_id).nodes[step.node]
        kind = STEP_TYPES.get(node.type)
        group = found.setdefault(
            (run.flow_id, step.node),
            DoubtedStep(
                run.flow_id,
                run.flow.name,
                step.node,
                node.name or step.node,
                kind.icon if kind else "box",
                kind.family if kind else "logic",
            ),
        )
        group.doubts.append(Doubt(step, errors.get(step.pk, ""), run.state in LIVE_RUN_STATES))
    return list(found.values())
