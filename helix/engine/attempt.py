"""One try of one step: resolves its input, does its work, and returns what came of it. Never raises for what can be expected."""

import logging
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from helix.connections.models import Connection
from helix.connections.opening import NoSandbox, open_credentials
from helix.connections.vault import VaultLocked
from helix.engine.claim import Held
from helix.engine.models import StepRun
from helix.engine.outcomes import Failed, Outcome, Succeeded, Told, Trouble
from helix.engine.plans import plan_of, read_by
from helix.engine.retry import Policy, after_trouble
from helix.engine.states import FINAL_STEP_STATES, StepState
from helix.engine.steps import LOGIC
from helix.engine.steps.moment import Moment
from helix.expressions import ExpressionError, resolve
from helix.flows.plan import PlanNode
from integrations.catalog import ACTIONS
from integrations.kit.client import Client, send
from integrations.kit.errors import CallError

DEFAULT_TIMEOUT_SECONDS = 30.0
log = logging.getLogger(__name__)


class TakenOver(Exception):
    """Another worker holds the step now; this one must send nothing and write nothing."""


def attempt(held: Held, client: Client) -> Outcome:
    """Carry out the held step once. Every failure is an outcome with a sentence; a bug of ours too, and it is logged."""
    node = plan_of(held.run.version_id).nodes[held.step.node]
    try:
        scope = scope_of(held)
        if node.type in LOGIC:
            return LOGIC[node.type](node, scope, Moment(timezone.now(), held.step.started_at or timezone.now()))
        return _call(held, node, resolve(node.config, scope), client)
    except ExpressionError as error:
        return Failed(
            Trouble("expression", f"{error.pointer}: {error.message}" if error.pointer else error.message, error.hint),
            Told(node.config),
        )
    except TakenOver:
        raise
    except Exception:
        log.exception("run %s step %s: a defect of Helix", held.run.id, held.step.node)
        return Failed(
            Trouble(
                "internal",
                "Helix failed at this step by a defect of its own.",
                "The server's log has the details; please report them.",
            )
        )


def scope_of(held: Held) -> dict[str, Any]:
    """What the step's expressions see: the trigger, the outputs they mention, the run and the flow."""
    run, mentioned = held.run, read_by(held.run.version_id, held.step.node)
    outputs = (
        dict(
            StepRun.objects.filter(
                run=run, node__in=mentioned, state__in=FINAL_STEP_STATES, output__isnull=False
            ).values_list("node", "output")
        )
        if mentioned
        else {}
    )
    return {
        "trigger": run.payload,
        "steps": outputs,
        "run": {"id": str(run.id), "started_at": (run.started_at or run.created_at).isoformat()},
        "flow": {"name": run.flow.name},
    }


def _call(held: Held, node: PlanNode, given: Any, client: Client) -> Outcome:
    """Send one action through the step's connection."""
    told = Told(given)
    action = ACTIONS[node.type]
    connection = (
        Connection.objects.prefetch_related("secrets")
        .filter(team_id=held.run.team_id, name=node.connection or "")
        .first()
    )
    if connection is None:
        return Failed(
            Trouble(
                "missing_connection",
                f"The connection “{node.connection}” is gone.",
                "Create it again under this name, or choose another in the flow.",
            ),
            told,
        )
    policy = Policy(**node.retry) if node.retry else Policy()
    number = held.step.attempts_made + 1
    try:
        credentials = open_credentials(connection)
        reply = send(
            action,
            given,
            credentials,
            client=client,
            idempotency_key=held.step.idempotency_key,
            timeout_seconds=node.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
            before_send=_mark_sent(held),
        )
    except (NoSandbox, VaultLocked) as error:
        return Failed(Trouble("missing_key", str(error)), told)
    except CallError as error:
        trouble = Trouble(
            error.kind, error.message, error.hint, error.status, error.may_have_happened, error.retry_after
        )
        told = Told(given, tuple(exchange.as_json() for exchange in error.exchanges))
        return after_trouble(
            trouble, policy=policy, attempt=number, effect=held.step.effect, now=timezone.now(), told=told
        )
    return Succeeded(reply.data, told=Told(given, tuple(exchange.as_json() for exchange in reply.exchanges)))


def _mark_sent(held: Held) -> Callable[[], None]:
    """Commits `sent_at` before the first byte of a call that must not be repeated (effect C, D); refuses when the step was taken over."""

    def mark() -> None:
        if held.step.effect not in "CD":
            return
        mine = StepRun.objects.filter(id=held.step.id, token=held.token, state=StepState.RUNNING)
        if not mine.update(sent_at=timezone.now()):
            raise TakenOver

    return mark
