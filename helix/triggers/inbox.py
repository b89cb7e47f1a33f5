"""The inbox: deliveries that were taken in become runs. Workers and the scheduler do it in their rounds and when a hint comes.

Each delivery has a savepoint of its own, so that one failing flow holds up no other; several processes share the rows.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from helix.engine.awaiting import deliver_event
from helix.engine.models import Run
from helix.engine.pauses import why_paused
from helix.engine.plans import plan_of
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.access import visible
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Member, User
from helix.teams.roles import Ability
from helix.triggers.backlog import is_full
from helix.triggers.intake.models import TriggerInbox
from helix.triggers.matching import awaits, concerns, digests_of
from helix.triggers.models import Listener
from helix.triggers.payloads import Unfit, event_payload, webhook_payload
from integrations.customerio.hooks import Event, Refusal, event_of

BATCH = 10  # short transactions: on SQLite deliveries wait for them
SECONDS = 5.0
MOST_TRIES = 8
LONGEST_PAUSE = timedelta(minutes=10)
ROOM_PAUSE = timedelta(seconds=30)
BODIES_KEPT = timedelta(days=7)
ROWS_KEPT = timedelta(days=31)  # longer than any window in which repeats are known
HEARD = "trigger.customerio_event"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """The runs that a delivery began, and what kept a flow from beginning."""

    runs: list[Run]
    trouble: Exception | None = None


class NotReplayable(Exception):
    """This delivery cannot be run again; the text says why."""


def turn_inbox(now: datetime | None = None) -> int:
    """Begin the runs of deliveries that wait; how many began. Comes back after a few seconds even if some are left."""
    until, begun = time.monotonic() + SECONDS, 0
    while True:
        found, fresh = _turn_batch(now or timezone.now())
        begun += fresh
        if found < BATCH or time.monotonic() > until:
            return begun


def replay(row: TriggerInbox, by: Member) -> list[Run]:
    """Run the published version once more for a delivery: a new run for each flow that it concerns and that the member may run."""
    if paused := why_paused(row.endpoint.team_id):
        raise NotReplayable(paused)
    if row.purged:
        raise NotReplayable("The body of this delivery was forgotten after seven days, so it cannot be run again.")
    again = f"again:{new_id().hex}"
    with transaction.atomic():
        try:
            begun = _begin(row, again, by, off_too=True)
        except Unfit as unfit:
            raise NotReplayable(str(unfit)) from None
        if begun.trouble is not None:
            raise begun.trouble
    return begun.runs


def forget_old(now: datetime | None = None) -> None:
    """Forget the bodies of old deliveries, and later the rows with their keys."""
    now = now or timezone.now()
    old = TriggerInbox.objects.filter(received_at__lt=now - BODIES_KEPT, purged=False).exclude(state="new")
    old.update(body=b"", headers={}, query={}, purged=True)
    TriggerInbox.objects.filter(received_at__lt=now - ROWS_KEPT).delete()


def _turn_batch(now: datetime) -> tuple[int, int]:
    """One transaction over a few rows: how many there were, and how many runs began."""
    begun = 0
    if not TriggerInbox.objects.filter(state="new", due_at__lte=now).exists():
        return 0, 0  # on SQLite a transaction would keep others from writing
    with transaction.atomic():
        waiting = TriggerInbox.objects.filter(state="new", due_at__lte=now).order_by("due_at", "id")
        rows = waiting.select_for_update(skip_locked=True, of=("self",)).select_related(
            "endpoint__flow__published", "endpoint__connection"
        )
        found = list(rows[:BATCH])
        for row in found:
            if is_full(row.endpoint.team_id):
                _wait_for_room(row, now)
            else:
                begun += _turn(row, now)
    return len(found), begun


def _turn(row: TriggerInbox, now: datetime) -> int:
    begun = Begun([])
    try:
        with transaction.atomic():
            begun = _begin(row, "", None)
    except Unfit as unfit:
        row.state, row.note = "ignored", str(unfit)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the whole batch is taken up again
    except Exception as error:
        begun = Begun([], error)
    else:
        row.state, row.run, row.begun = "done", begun.runs[0] if begun.runs else None, len(begun.runs)
        row.note = ""
    if begun.trouble is not None:
        _put_off(row, now, begun.trouble)
    row.save(update_fields=["state", "run", "begun", "note", "tries", "due_at"])
    return len(begun.runs)


def _wait_for_room(row: TriggerInbox, now: datetime) -> None:
    row.due_at, row.note = now + ROOM_PAUSE, "Kept. It begins when there is room, and nothing is paused."
    row.save(update_fields=["due_at", "note"])


def _put_off(row: TriggerInbox, now: datetime, trouble: Exception) -> None:
    """A defect, or a flow that cannot begin: try again later, not for ever. Runs that have begun are known by their keys."""
    row.tries += 1
    row.state, row.due_at = "new", now + min(timedelta(seconds=2**row.tries), LONGEST_PAUSE)
    if row.tries >= MOST_TRIES:
        kind = type(trouble).__name__
        row.state, row.note = (
            "failed",
            f"A run could not begin, {row.tries} times ({kind}). Look at the log, then run it again.",
        )
    log.error(
        "Delivery %s could not begin a run (try %d).", row.pk, row.tries, exc_info=trouble, extra={"delivery": row.pk}
    )


def _begin(row: TriggerInbox, again: str, by: Member | None, *, off_too: bool = False) -> Begun:
    """The runs that this delivery begins; Unfit when there are none. `again` makes their keys new."""
    endpoint, user = row.endpoint, by.user if by is not None else None
    if endpoint.flow is not None:
        return Begun([_begin_webhook(row, endpoint.flow, endpoint.live_node, again, user, off_too=off_too)])
    event = event_of(bytes(row.body), 0)
    if isinstance(event, Refusal):
        raise Unfit(event.message)
    name = endpoint.connection.name if endpoint.connection else ""
    heard = Listener.objects.filter(team_id=endpoint.team_id, kind=HEARD, connection__in=["", name])
    if by is not None:
        heard = visible(by, heard, ability=Ability.OPERATE)
    listeners = [
        each for each in heard.select_related("flow__published").order_by("since", "pk") if concerns(each.config, event)
    ]
    waited = deliver_event(
        endpoint.team_id, digests_of(event), event_payload(event, row.received_at), partial(awaits, event)
    )
    if waited and not listeners:
        return Begun([])
    if not listeners:
        raise Unfit(f"No flow that is switched on listens for “{event.name}” as it came.")
    return _begin_events(row, listeners, event, again, user)


def _begin_webhook(row: TriggerInbox, flow: Flow, node: str, again: str, by: User | None, *, off_too: bool) -> Run:
    version = flow.published
    if version is None or flow.deleted_at is not None or not (flow.enabled or off_too):
        raise Unfit("Kept, but the flow is not switched on.")
    plan = plan_of(version.id)
    if node not in plan.triggers:
        raise Unfit("Kept, but the published version has no such trigger any more.")
    payload = webhook_payload(row, plan.nodes[node].config)
    key = f"{row.pk.hex}:{again}" if again else row.pk.hex
    return start(version, cause=Cause.WEBHOOK, key=key, payload=payload, by=by, entry=node)


def _begin_events(row: TriggerInbox, listeners: list[Listener], event: Event, again: str, by: User | None) -> Begun:
    """One run a listening trigger. A flow that fails to begin lets the others begin."""
    trouble: Exception | None = None
    runs = []
    for listener in listeners:
        version = listener.flow.published
        if version is None or not listener.flow.enabled:
            continue
        identity = sha256(f"{listener.node}:{event.id}".encode()).hexdigest()
        key = f"{identity}:{again}" if again else identity
        payload = event_payload(event, row.received_at)
        try:
            with transaction.atomic():
                runs.append(start(version, cause=Cause.EVENT, key=key, payload=payload, by=by, entry=listener.node))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            trouble = error
    return Begun(runs, trouble)
