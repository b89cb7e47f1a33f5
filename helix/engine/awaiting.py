"""Questions of parked steps, and their answers: a person's, a message's, an event's. The first answer stays.

The answer is written first and the step woken after it; a step whose waking was lost is woken by the next round.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.keys import answer_token
from helix.engine.models import Awaited, Run, StepRun
from helix.engine.states import LIVE_RUN_STATES, StepState
from helix.engine.sweep import wake
from helix.teams.models import User
from helix.teams.roles import Ability, Role

APPROVAL, MESSAGE, EVENT = "approval", "webhook", "customerio_event"

APPROVERS: dict[str, Ability] = {
    Role.OPERATOR: Ability.OPERATE,
    Role.EDITOR: Ability.EDIT,
    Role.ADMIN: Ability.ADMINISTER,
    Role.OWNER: Ability.OWN,
}


def approve(step: StepRun, yes: bool, by: User, comment: str = "") -> bool:
    """A person's answer to an approval; False when it has been answered, or its time is over."""
    answer = {"answer": "approved" if yes else "rejected", "by": str(by), "comment": comment[:2000]}
    with transaction.atomic():
        if not _answer(Q(step=step, kind=APPROVAL), answer):
            return False
        run = step.run
        noted(run.team_id, Act.APPROVED if yes else Act.REJECTED, run, name=f"{step.node} of {run.flow.name}")
    return True


def ability_to_approve(step: StepRun) -> Ability:
    """What a member must be able to do to answer: the step names the least role."""
    asked = Awaited.objects.filter(step=step).values_list("asked", flat=True).first() or {}
    return APPROVERS.get(str(asked.get("approvers") or ""), Ability.OPERATE)


def deliver_message(token: str, body: Any, node: str | None = None) -> bool | None:
    """What was sent to a waiting run's address: True when a step took it, False when none waits, None for an unknown address.
    `node` names the step when several wait."""
    run = run_of(token)
    if run is None:
        return None
    which = Q(step__run=run, kind=MESSAGE)
    waiting = (
        Awaited.objects.filter(which & (Q(step__node=node) if node else Q()), answered_at=None).order_by("pk").first()
    )
    return waiting is not None and _answer(Q(pk=waiting.pk), {"body": body}) > 0


def deliver_event(
    team_id: UUID, matches: set[str], event: dict[str, Any], fits: Callable[[dict[str, Any]], bool]
) -> int:
    """An event of Customer.io about a person (digests of their ids): how many steps waited for it. `fits` looks at what a
    step asked for."""
    open_ = Awaited.objects.filter(team_id=team_id, kind=EVENT, match__in=matches, answered_at=None)
    wanted = [pk for pk, asked in open_.values_list("pk", "asked") if fits(asked)]
    return _answer(Q(pk__in=wanted), {"event": event}) if wanted else 0


def run_of(token: str) -> Run | None:
    """The run whose address ends so; None when there is none."""
    try:
        run_id = UUID(token[:32])
    except ValueError:
        return None
    return Run.objects.filter(pk=run_id).first() if answer_token(run_id) == token else None


def wake_answered() -> int:
    """Wake steps whose answer has come and that sleep on: their waking was lost."""
    asleep = Awaited.objects.filter(answered_at__isnull=False, step__state=StepState.WAITING)
    steps = dict(asleep.values_list("step_id", "step__run_id")[:500])
    return wake(set(steps.values()), pk__in=list(steps))


def _answer(which: Q, answer: dict[str, Any]) -> int:
    now = timezone.now()
    live = Awaited.objects.filter(which, answered_at=None, step__run__state__in=sorted(LIVE_RUN_STATES))
    steps = dict(live.values_list("step_id", "step__run_id"))
    taken = Awaited.objects.filter(step_id__in=steps, answered_at=None).update(
        answer={**answer, "at": now.isoformat()}, answered_at=now
    )
    wake(set(steps.values()), pk__in=list(steps))
    return taken
