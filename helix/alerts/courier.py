"""The courier: carries deliveries to mail server and webhooks, in a thread of its own, so that a dead server holds up nobody.

A delivery is claimed by moving its time on and counting the try; whoever dies in between leaves it to the next, who sends it
with the same id. So each arrives once or, seldom, twice; none is lost.
"""

import json
import logging
import threading
import time
from datetime import timedelta

from django.conf import settings as installation
from django.db import close_old_connections, connection
from django.db.models import F
from django.utils import timezone

from helix.alerts.models import Delivery
from helix.alerts.sealing import open_secret, signature
from helix.connections.outgoing import guarded
from helix.connections.vault import VaultLocked
from helix.engine.steps.email import send_email
from integrations.http.request import request
from integrations.kit.client import open_client
from integrations.kit.errors import Blocked, CallError, InvalidInput, MissingKey

TIMEOUT_SECONDS = 15.0
LEASE = timedelta(minutes=2)
AT_ONCE = 50
WAITS = (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
"""Seconds from one try to the next; after the last it is given up, about a day after the first."""
HOPELESS = (Blocked, InvalidInput, MissingKey)
log = logging.getLogger(__name__)
_busy = threading.Lock()


def send_waiting() -> None:
    """A round's duty: when something waits, let a thread carry it. At most one at a time in this process."""
    due = Delivery.objects.filter(state="waiting", due_at__lte=timezone.now())
    if not due.exists() or not _busy.acquire(blocking=False):
        return
    threading.Thread(target=_go, name="helix-courier", daemon=True).start()


def _go() -> None:
    try:
        carry_due()
    except Exception as error:  # the database is away, or a defect: the next round begins anew
        log.warning("courier: %s", error)
    finally:
        connection.close()
        _busy.release()
        close_old_connections()


def carry_due() -> int:
    """Carry what is due now; how many tries were made."""
    due = Delivery.objects.filter(state="waiting", due_at__lte=timezone.now()).order_by("due_at")
    done = 0
    for pk, seen in list(due.values_list("pk", "due_at")[:AT_ONCE]):
        mine = Delivery.objects.filter(pk=pk, state="waiting", due_at=seen)
        if mine.update(due_at=timezone.now() + LEASE, tries=F("tries") + 1):
            carry(
                Delivery.objects.select_related("notice__team", "notice__flow", "notice__connection", "rule").get(pk=pk)
            )
            done += 1
    return done


def carry(delivery: Delivery) -> None:
    """One try of a claimed delivery, and what came of it."""
    try:
        state, said = _email(delivery) if delivery.channel == "email" else _webhook(delivery)
    except (CallError, VaultLocked) as error:
        words = str(error) if isinstance(error, VaultLocked) else " ".join(filter(None, (error.message, error.hint)))
        _not_sent(delivery, words, hopeless=isinstance(error, HOPELESS))
        return
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(state=state, ended_at=now, due_at=None, result=said)


def _not_sent(delivery: Delivery, words: str, *, hopeless: bool) -> None:
    now, words = timezone.now(), words.removeprefix("HTTP request: ")
    mine = Delivery.objects.filter(pk=delivery.pk)
    if hopeless or delivery.tries > len(WAITS):
        mine.update(state="failed", ended_at=now, due_at=None, result=words)
        log.warning("alert %s was not delivered: %s", delivery.pk, words)
    else:
        mine.update(due_at=now + timedelta(seconds=WAITS[delivery.tries - 1]), result=words)


def _email(delivery: Delivery) -> tuple[str, str]:
    settings = {"to": delivery.to, "subject": delivery.notice.subject, "text": delivery.notice.text}
    sent = send_email(
        settings, idempotency_key=delivery.pk.hex, timeout_seconds=TIMEOUT_SECONDS, before_send=lambda: None
    )
    return "sent" if installation.HELIX.HELIX_EMAIL_URL.get_secret_value() else "kept", sent.explanation


def _webhook(delivery: Delivery) -> tuple[str, str]:
    body, at, identity = json.dumps(body_of(delivery), ensure_ascii=False), int(time.time()), str(delivery.pk)
    headers = {"content-type": "application/json", "webhook-id": identity, "webhook-timestamp": str(at)}
    secret = open_secret(delivery.rule) if delivery.rule is not None else ""
    if secret:
        headers["webhook-signature"] = signature(secret, identity, at, body)
    given = {"method": "POST", "url": delivery.to[0], "headers": headers, "body_type": "text", "text": body}
    with open_client() as client:
        reply = request(
            given, None, client=guarded(client), idempotency_key=identity, timeout_seconds=TIMEOUT_SECONDS
        )  # fmt: skip
    return "sent", f"The webhook answered {reply.data['status'] if isinstance(reply.data, dict) else 'well'}."


def body_of(delivery: Delivery) -> dict[str, object]:
    """What a webhook is told."""
    notice = delivery.notice
    return {
        "id": str(delivery.pk),
        "type": f"helix.{notice.kind}.{notice.event}",
        "timestamp": notice.created_at.isoformat(),
        "data": {
            "team": notice.team.slug,
            "flow": {"id": str(notice.flow.pk), "name": notice.flow.name} if notice.flow else None,
            "connection": notice.connection.name if notice.connection else None,
            "since": notice.since.isoformat() if notice.since else None,
            "count": notice.count,
            "title": notice.subject.removeprefix("[Helix] "),
            "text": notice.text,
            "link": notice.link,
        },
    }
