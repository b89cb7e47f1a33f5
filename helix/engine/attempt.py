"""One try of one step: resolves its input, does its work, and returns what came of it. Never raises for what can be expected."""

import contextlib
import logging
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from helix.connections.opening import NoSandbox
from helix.connections.vault import VaultLocked
from helix.engine.calls import call, mail, seen_of
from helix.engine.claim import Held
from helix.engine.credentials import NoConnection, opened
from helix.engine.fencing import TakenOver
from helix.engine.outcomes import Failed, Outcome, Told, Trouble
from helix.engine.outputs import CannotKeep, Gone
from helix.engine.scope import scope_of
from helix.engine.steps import LOGIC, WITNESSED
from helix.engine.steps.moment import Moment
from helix.engine.trial import stand_in, with_samples
from helix.expressions import ExpressionError, resolve
from helix.logs.around import About
from helix.tracing.spans import Span, tracing
from integrations.kit.client import Client

__all__ = ["TakenOver", "attempt", "prepare"]
log = logging.getLogger(__name__)


def prepare(held: Held) -> dict[str, Any]:
    """What the step's expressions see; its connection is opened too, so that the attempt itself seldom needs the database."""
    node = held.segment.plan.nodes[held.step.node]
    if node.connection:
        with contextlib.suppress(NoConnection, NoSandbox, VaultLocked):  # the attempt says so
            opened(held.run.team_id, node.connection, dry=held.run.dry)
    scope = scope_of(held)
    return with_samples(held, scope) if held.run.pinned else scope


def attempt(held: Held, client: Client, scope: dict[str, Any]) -> Outcome:
    """Carry out the held step once, with what `prepare` gave. Every failure is an outcome with a sentence; a bug of ours too, and it is logged.

    TakenOver, and errors of the database, pass through: nobody knows then what the step came to.
    """
    with About(partial(facts_of, held)):
        if tracing.sink is None:
            return _attempt(held, client, scope)
        ids = {f"helix.{name}": value for name, value in facts_of(held).items()}
        span = Span(held.run.id, f"step {held.step.node}", ids)
        return tracing.sink.during(
            span, lambda: _attempt(held, client, scope), lambda found: type(found).__name__.lower()
        )


def facts_of(held: Held) -> dict[str, Any]:
    """What lines written during an attempt say of it: ids only."""
    run, step = held.run, held.step
    found = {"team": run.team_id, "flow": run.flow_id, "run": run.id, "step": step.id, "node": step.node}
    return {**found, "attempt": step.attempts_made + 1}


def _attempt(held: Held, client: Client, scope: dict[str, Any]) -> Outcome:
    node = held.segment.plan.nodes[held.step.node]
    try:
        now = timezone.now()
        if (held.run.pinned or held.run.dry) and (instead := stand_in(held, node, scope)) is not None:
            return instead
        if node.type in LOGIC:
            return LOGIC[node.type](node, scope, Moment(now, held.step.started_at or now))
        if node.type in WITNESSED:
            return WITNESSED[node.type](held, node, scope, now)
        if node.type == "notify.email":
            return mail(held, node, scope, now)
        return call(held, node, resolve(node.config, scope), client)
    except ExpressionError as error:
        return Failed(
            Trouble("expression", f"{error.pointer}: {error.message}" if error.pointer else error.message, error.hint),
            Told(seen_of(node, node.config)),
        )
    except (CannotKeep, Gone) as error:
        trouble = error.trouble if isinstance(error, CannotKeep) else Trouble("gone", str(error), "Start a new run.")
        return Failed(trouble, Told(seen_of(node, node.config)))
    except (TakenOver, DatabaseError):
        raise
    except Exception:
        log.exception("A defect of Helix ended step “%s”.", held.step.node)
        return Failed(
            Trouble(
                "internal",
                "Helix failed at this step by a defect of its own.",
                "The server's log has the details; please report them.",
            )
        )
