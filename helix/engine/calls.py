"""A step that calls a service: its connection, the mark before the first byte, the call, and what to make of trouble."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from helix.connections.opening import NoSandbox
from helix.connections.vault import VaultLocked
from helix.engine.claim import Held
from helix.engine.credentials import NoConnection, credentials_for
from helix.engine.fencing import TakenOver
from helix.engine.models import StepRun
from helix.engine.outcomes import Failed, Outcome, Succeeded, Told, Trouble
from helix.engine.outputs import CannotKeep
from helix.engine.paging import send
from helix.engine.retry import Policy, after_trouble
from helix.engine.states import StepState
from helix.flows.plan import PlanNode
from integrations.catalog import ACTIONS
from integrations.kit.client import Client
from integrations.kit.errors import CallError
from integrations.kit.points import reach

DEFAULT_TIMEOUT_SECONDS = 30.0


def call(held: Held, node: PlanNode, given: Any, client: Client) -> Outcome:
    """Send the action of this step through its connection."""
    told = Told(given)
    action = ACTIONS[node.type]
    try:
        credentials = credentials_for(held.run.team_id, node.connection or "")
    except (NoConnection, NoSandbox, VaultLocked) as error:
        kind = "missing_connection" if isinstance(error, NoConnection) else "missing_key"
        return Failed(Trouble(kind, str(error), getattr(error, "hint", "")), told)
    try:
        reply = send(
            held,
            action,
            given,
            credentials,
            client=client,
            idempotency_key=held.step.idempotency_key,
            timeout_seconds=node.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
            before_send=mark_sent(held),
        )
    except CannotKeep as large:
        return Failed(large.trouble, told)
    except CallError as error:
        return of_trouble(held, node, error, given)
    return Succeeded(reply.data, told=Told(given, tuple(exchange.as_json() for exchange in reply.exchanges)))


def of_trouble(held: Held, node: PlanNode, error: CallError, given: Any) -> Outcome:
    """What a call that did not go well means for its step: fail, again later, or a person's decision."""
    trouble = Trouble(error.kind, error.message, error.hint, error.status, error.may_have_happened, error.retry_after)
    return after_trouble(
        trouble,
        policy=Policy(**node.retry) if node.retry else Policy(),
        attempt=held.step.attempts_made + 1,
        effect=held.step.effect,
        now=timezone.now(),
        told=Told(given, tuple(exchange.as_json() for exchange in error.exchanges)),
    )


def mark_sent(held: Held) -> Callable[[], None]:
    """Commits `sent_at` before the first byte of a call that must not be repeated (effect C, D); refuses when the step was taken over."""

    def mark() -> None:
        if held.step.effect not in "CD":
            return
        reach("before_sent_mark")
        now = timezone.now()
        mine = StepRun.objects.filter(id=held.step.id, token=held.token, state=StepState.RUNNING)
        if not mine.update(sent_at=now):
            raise TakenOver
        held.step.sent_at = now
        reach("after_sent_mark")

    return mark
