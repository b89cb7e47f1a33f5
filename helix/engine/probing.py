"""Looking whether a call arrived whose answer was lost: a broadcast shows in the list of its triggers.

The list is asked a few times, since it may lag. A trigger made after the call was sent, and by no other step of the team, is
taken for it, as long as there is one for each call that is in doubt: which of them a trigger belongs to, the list does not
say. When none shows, or too few, nobody knows, and a person decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from helix.engine.claim import Held, lease
from helix.engine.models import StepRun
from helix.engine.outcomes import Doubted, Outcome, Probing, Succeeded, Told, Trouble
from helix.engine.plans import plan_of
from helix.engine.states import StepState
from integrations.catalog import ACTIONS
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, send
from integrations.kit.errors import CallError

IN_LEASES = (1 / 30, 1 / 2, 2, 10)
"""When the list is asked after the call was sent, in lengths of a lease: after 2 s, 30 s, 2 min and 10 min as a rule."""
SKEW = timedelta(seconds=5)
"""How far the service's clock may be behind ours."""
WINDOW = timedelta(minutes=2)
"""A trigger later than this after the call was sent is another one."""
OPEN = (StepState.READY, StepState.RUNNING, StepState.WAITING, StepState.UNKNOWN)
TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Probe:
    """How to look for a call: the action that lists, and the field of the settings that names what is listed."""

    lists: str
    by: str

    def first(self, sent_at: datetime) -> datetime:
        """When to look for the first time."""
        return sent_at + lease() * IN_LEASES[0]


PROBES = {"customerio.trigger_broadcast": Probe("customerio.get_triggers", "broadcast_id")}


def look_again(held: Held, given: dict[str, Any], credentials: Credentials, client: Client) -> Outcome:
    """Look once; what it came to."""
    sent_at, probe = held.step.sent_at, PROBES[held.segment.plan.nodes[held.step.node].type]
    assert sent_at is not None
    action, about = ACTIONS[probe.lists], {probe.by: given[probe.by]}
    try:
        reply = send(action, about, credentials, client=client, idempotency_key="", timeout_seconds=TIMEOUT_SECONDS)
    except CallError as error:
        told = Told(
            given,
            tuple(exchange.as_json() for exchange in error.exchanges),
            _words(f"it could not be asked ({error.message})"),
        )
        return _not_found(held, sent_at, told)
    told = Told(given, tuple(exchange.as_json() for exchange in reply.exchanges))
    listed: Any = reply.data.get("triggers")
    found = [each for each in (listed if isinstance(listed, list) else ()) if _is_it(each, sent_at)]
    others = _others(held, sent_at, given[probe.by])  # asked after the list: what shows there was sent before
    mine = [each for each in found if str(each["id"]) not in others.known]
    if len(mine) <= others.in_doubt:
        words = (
            f"it shows {len(mine)} for {others.in_doubt + 1} calls, and not which arrived"
            if mine
            else "it was not there"
        )
        return _not_found(held, sent_at, Told(given, told.exchanges, _words(words)))
    words = f"The answer was lost, but the list of triggers shows it as number {mine[0]['id']}: it arrived, and was not sent again."
    return Succeeded({"id": mine[0]["id"]}, told=Told(given, told.exchanges, words))


def _is_it(trigger: Any, sent_at: datetime) -> bool:
    made = trigger.get("created_at") if isinstance(trigger, dict) else None
    if not isinstance(made, int | float) or "id" not in trigger:
        return False
    return sent_at - SKEW <= datetime.fromtimestamp(made, tz=sent_at.tzinfo) <= sent_at + WINDOW


PROBED = RawSQL("engine_steprun.effect = 'C'", (), BooleanField())
"""Written out: SQLite takes a partial index only when it sees the value."""


@dataclass
class _Others:
    """Steps that called the same thing at about the same time: the triggers they are known to have made, and how many of
    them may have made one that is not known. Through any connection: two may lead to one workspace."""

    known: set[str]
    in_doubt: int = 0


def _others(held: Held, sent_at: datetime, about: Any) -> _Others:
    """One question, so that a step which ends meanwhile is seen in doubt or with its trigger, never in between."""
    plan = held.segment.plan.nodes[held.step.node]
    by = PROBES[plan.type].by
    near = Q(state__in=OPEN, sent_at__range=(sent_at - WINDOW, sent_at + WINDOW))
    ended = ~Q(state__in=OPEN) & Q(attempts_made__gt=0, ended_at__gte=sent_at - WINDOW)
    rows = StepRun.objects.filter(near | ended, PROBED, team_id=held.run.team_id).exclude(id=held.step.id)
    found = _Others(set())
    for version, node, given, output in rows.values_list("run__version_id", "node", "input", "output"):
        data = (output or {}).get("data")
        if isinstance(data, dict) and "id" in data:
            found.known.add(str(data["id"]))
            continue
        other = plan_of(version).nodes[node]
        named = given.get(by, about) if isinstance(given, dict) else about
        found.in_doubt += (other.type, str(named)) == (plan.type, str(about))
    return found


def _not_found(held: Held, sent_at: datetime, told: Told) -> Outcome:
    now = timezone.now()
    trouble = Trouble("network", "The answer to this call was lost.", "Look in the service whether it arrived, then say so here.", sent=True)  # fmt: skip
    coming = [sent_at + lease() * part for part in IN_LEASES]
    later = next((at for at in coming if at > now), None)
    return Doubted(trouble, told) if later is None else Probing(later, trouble, told)


def _words(what: str) -> str:
    return f"The answer was lost. The list of triggers was asked whether the call arrived: {what}."
