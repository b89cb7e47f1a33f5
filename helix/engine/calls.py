"""A step that calls a service: its turn, the mark before the first byte, the call, and what to make of trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from helix.connections.opening import NoSandbox
from helix.connections.rotation import note_fallback
from helix.connections.vault import VaultLocked
from helix.engine.budget import gate
from helix.engine.budget.calling import Calling, Never, limit_class
from helix.engine.claim import Held
from helix.engine.credentials import NoConnection, Opened, opened
from helix.engine.fencing import TakenOver
from helix.engine.models import Run, StepRun
from helix.engine.outcomes import Deferred, Failed, Outcome, Postponed, Probing, Succeeded, Told, Trouble
from helix.engine.outputs import CannotKeep, whole
from helix.engine.paging import send
from helix.engine.probing import PROBES, look_again
from helix.engine.retry import Policy, after_trouble
from helix.engine.states import LIVE_RUN_STATES, Cause, StepState
from helix.engine.steps.email import send_email
from helix.engine.steps.http_request import http_request
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode
from integrations.catalog import ACTIONS
from integrations.http.discretion import discreet
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply
from integrations.kit.errors import CallError
from integrations.kit.limits import Rate
from integrations.kit.points import reach

DEFAULT_TIMEOUT_SECONDS = 30.0
LONGEST_PATIENCE = timedelta(hours=24)
"""After so long since its first try, a step that still waits for its turn or for a mended key fails."""
ANY_SERVICE = Rate(100, 1)
FRESH = timedelta(seconds=0.2)
"""For so long after its claim a step is known to belong to a run under way."""


@dataclass(frozen=True)
class Doing:
    """What a step is about to do: its connection (None when it needs none), and the call itself."""

    connection: Opened | None
    limit_class: str
    rate: Rate
    do: Callable[[Credentials | None], Reply]
    people: int | None = 0

    def once(self) -> Reply:
        """The call. A key that was just replaced and is refused gives way to the one before it, while that is kept: what was
        refused did nothing, so it may be sent again."""
        found = self.connection
        if found is None or found.fallback is None:
            return self.do(found.credentials if found else None)
        try:
            return self.do(found.credentials)
        except CallError as refused:
            if refused.status != 401:
                raise
            try:
                reply = self.do(found.fallback)
            except CallError as also:
                if also.status == 401:
                    raise refused from None
                raise
        note_fallback(found.id)
        return reply


def call(held: Held, node: PlanNode, given: Any, client: Client) -> Outcome:
    """Make the call of this step, when it is its turn."""
    seen = seen_of(node, given)
    told = Told(seen)
    try:
        doing = _doing(held, node, given, client)
    except (NoConnection, NoSandbox, VaultLocked) as error:
        kind = "missing_connection" if isinstance(error, NoConnection) else "missing_key"
        return Failed(Trouble(kind, str(error), getattr(error, "hint", "")), told)
    if held.step.sent_at is not None and node.type in PROBES and doing.connection is not None:
        return look_again(held, given, doing.connection.credentials, client)
    calling = _calling(held, doing)
    try:
        later = gate.enter(calling) if calling is not None else None
    except Never as never:
        return Failed(Trouble("over_cap", str(never), never.hint), told)
    if later is not None:
        return _later(held, later.seconds, later.why, seen)
    if _is_over(held):
        if calling is not None:
            gate.give_up(calling)
        return Failed(Trouble("given_up", "The run ended before this call was made, so it was not made."), told)
    try:
        reply = doing.once()
    except CallError as error:
        trouble = _trouble(error)
        waits = gate.report(calling, trouble).wait if calling is not None else None
        if waits is not None and not _is_out_of_patience(held):
            return Deferred(_in(waits.seconds), trouble, Told(seen, _exchanges(error), waits.why))
        return of_trouble(held, node, error, seen)
    except BaseException as error:
        if calling is not None:
            gate.give_up(calling)
        if isinstance(error, CannotKeep):
            return Failed(error.trouble, told)
        raise
    if calling is not None:
        gate.report(calling, None)
    return Succeeded(reply.data, told=Told(seen, tuple(exchange.as_json() for exchange in reply.exchanges)))


def seen_of(node: PlanNode, given: Any) -> Any:
    """The settings of a step as they are stored and shown: keys that were typed into an HTTP request are blotted out."""
    return discreet(given) if node.type == "http.request" and isinstance(given, dict) else given


def _doing(held: Held, node: PlanNode, given: Any, client: Client) -> Doing:
    more: dict[str, Any] = {
        "client": client,
        "idempotency_key": held.step.idempotency_key,
        "timeout_seconds": node.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
        "before_send": mark_sent(held),
    }
    if node.type == "http.request":
        found = opened(held.run.team_id, node.connection, dry=held.run.dry) if node.connection else None
        return Doing(found, "http", ANY_SERVICE, lambda keys: http_request(whole(given), keys, **more))
    action = ACTIONS[node.type]
    found = opened(held.run.team_id, node.connection or "", dry=held.run.dry)

    def go(keys: Credentials | None) -> Reply:
        return send(held, action, given, keys or found.credentials, **more)

    people = action.people(given) if action.people is not None else 0
    return Doing(found, limit_class(action), action.pace, go, people)


def _is_over(held: Held) -> bool:
    """Whether the run has ended, as after a cancel. Asked only when a while has passed since the step was claimed."""
    if timezone.now() - (held.step.claimed_at or timezone.now()) < FRESH:
        return False
    return not Run.objects.filter(pk=held.run.pk, state__in=sorted(LIVE_RUN_STATES)).exists()


def _calling(held: Held, doing: Doing) -> Calling | None:
    if doing.connection is None:
        return None
    run = held.run
    return Calling(run.team_id, doing.connection.id, doing.limit_class, doing.rate, run.flow_id, run.rank, doing.people)


def _later(held: Held, seconds: float, why: str, given: Any) -> Outcome:
    """Not its turn: the step gives its worker back. A test does not wait for a mended key, nor anybody for ever."""
    if _is_out_of_patience(held, at_once=seconds > LONGEST_PATIENCE.total_seconds() / 48):
        return Failed(Trouble("paused", why, "Mend what it waits for, then go on with this run."), Told(given))
    return Postponed(_in(seconds), why, Told(given, explanation=why))


def _is_out_of_patience(held: Held, *, at_once: bool = True) -> bool:
    if held.run.cause_kind == Cause.TEST and at_once:
        return True
    return timezone.now() - (held.step.started_at or timezone.now()) > LONGEST_PATIENCE


def _in(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def mail(held: Held, node: PlanNode, scope: dict[str, Any], now: datetime) -> Outcome:
    """Send the e-mail of this step."""
    given = settled(node, scope)
    try:
        sent = send_email(
            whole(given),
            idempotency_key=held.step.idempotency_key,
            timeout_seconds=node.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
            before_send=mark_sent(held),
        )
    except CallError as error:
        return of_trouble(held, node, error, given)
    return Succeeded(sent.data, told=Told(given, explanation=sent.explanation))


def of_trouble(held: Held, node: PlanNode, error: CallError, given: Any) -> Outcome:
    """What a call that did not go well means for its step: fail, again later, look whether it arrived, or a person's decision."""
    told = Told(given, _exchanges(error))
    outcome = after_trouble(
        _trouble(error),
        policy=Policy(**node.retry) if node.retry else Policy(),
        attempt=held.step.attempts_made + 1,
        effect=held.step.effect,
        now=timezone.now(),
        told=told,
    )
    if node.type in PROBES and held.step.sent_at is not None and not isinstance(outcome, Failed | Deferred):
        return Probing(PROBES[node.type].first(held.step.sent_at), outcome.trouble, told)
    return outcome


def _trouble(error: CallError) -> Trouble:
    return Trouble(error.kind, error.message, error.hint, error.status, error.may_have_happened, error.retry_after)


def _exchanges(error: CallError) -> tuple[dict[str, Any], ...]:
    return tuple(exchange.as_json() for exchange in error.exchanges)


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
