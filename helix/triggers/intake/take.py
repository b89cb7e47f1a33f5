"""Taking a delivery in: find the address, check the proof, keep it, answer. Nothing else happens before the answer.

What begins from it is decided later (`helix.triggers.inbox`). An authentic call of Customer.io is answered 202 whatever is
wrong with it or with the flow: any other answer would stop all events of that workspace for an hour or more.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from django.db import Error as DatabaseTrouble
from django.db import connection
from django.utils import timezone

from helix.connections.vault import VaultLocked
from helix.engine.awaiting import deliver_message
from helix.triggers.intake import reading, rows, verify
from helix.triggers.intake.hint import hint
from helix.triggers.intake.models import Endpoint, TriggerInbox
from helix.triggers.intake.sealing import keys_of

ANSWERS = "_"
"""In the place of a team: the addresses of runs that wait for an answer (helix/engine/scope.py)."""
MOST_BYTES = 256 * 1024
MOST_BYTES_OF_CUSTOMERIO = 1024 * 1024  # refusing one would hold up all that come after it
KEPT_KEYS = timedelta(days=8)  # Customer.io retries for seven
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """An HTTP call to an address. Header names are lower-case."""

    team: str
    path: str
    headers: Mapping[str, str]
    query: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the caller is told: a status and a sentence; `delivery` is our id of what was kept."""

    status: int
    message: str
    delivery: str = ""

    @property
    def body(self) -> bytes:
        """The answer as JSON."""
        if self.status < 300:
            return json.dumps({"delivery": self.delivery, "message": self.message}).encode()
        codes = {
            400: "bad_body",
            401: "not_genuine",
            404: "not_found",
            405: "not_allowed",
            413: "too_large",
            409: "nobody_waits",
            415: "bad_type",
        }
        code = codes.get(self.status, "unavailable")
        error = {"code": code, "message": self.message, "hint": "", "place": ""}
        return json.dumps({"error": error}, ensure_ascii=False).encode()


NOT_FOUND = Answer(404, "There is no such address. Copy it again from Helix.")
TOO_LARGE = Answer(413, f"The body is larger than {MOST_BYTES // 1024} KB. Send less, or a link to it.")
NO_SECRET = Answer(503, "This address has no secret yet. Enter the signing key in Helix; then send it again.")
AWAY = Answer(503, "Helix cannot keep this now. Send it again in a moment.")
NOBODY_WAITS = Answer(409, "No step of this run waits for a message now: it was answered, or its time is over.")
NOT_ALLOWED = Answer(405, "Send a POST request to this address.")
WRONG_TYPE = Answer(415, "Send JSON (Content-Type: application/json) or a form (application/x-www-form-urlencoded).")
AGAIN = "This delivery was taken in before, so nothing more happens."


def take(call: Call) -> Answer:
    """Keep the delivery, or say why not. Never raises: whatever is wrong with our storage is a 503."""
    try:
        return _take(call, timezone.now())
    except (DatabaseTrouble, VaultLocked, OSError) as error:
        log.warning("A delivery could not be kept, and was answered 503 (%s: %s).", type(error).__name__, error)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        return AWAY


def _answer(call: Call) -> Answer:
    """An answer for a run that waits for one; the address itself is the proof."""
    if len(call.body) > MOST_BYTES:
        return TOO_LARGE
    content_type = reading.clean(call.headers.get("content-type", ""))[:100]
    if not reading.is_allowed(content_type):
        return WRONG_TYPE
    try:
        value = reading.read_body(call.body, content_type)
    except reading.Unreadable as bad:
        return Answer(400, str(bad))
    taken = deliver_message(call.path, value, parse_qs(call.query).get("step", [None])[0])
    if taken is None:
        return NOT_FOUND
    return Answer(202, "Taken in: the run goes on.") if taken else NOBODY_WAITS


def _take(call: Call, now: datetime) -> Answer:
    if call.team == ANSWERS:
        return _answer(call)
    endpoint = rows.find(call.team, call.path)
    if endpoint is None:
        verify.spend(call.body)
        return NOT_FOUND
    by_customerio = endpoint.verify == "customerio"
    if len(call.body) > (MOST_BYTES_OF_CUSTOMERIO if by_customerio else MOST_BYTES):
        return TOO_LARGE
    keys = keys_of(endpoint, now)
    if not keys and endpoint.verify != "none":
        return NO_SECRET
    verdict = verify.verify(endpoint.verify, call.headers, call.body, keys, now.timestamp())
    if isinstance(verdict, verify.Forged):
        return Answer(401, verdict.message)
    content_type = reading.clean(call.headers.get("content-type", ""))[:100]
    if not by_customerio and not reading.is_allowed(content_type):
        return WRONG_TYPE
    value, unread = None, ""
    try:
        value = reading.read_body(call.body, "" if by_customerio else content_type)
    except reading.Unreadable as bad:
        unread = str(bad)
        if not by_customerio:
            return Answer(400, unread)
    state, note = _standing(endpoint, now, unread or verdict.stale)
    row = TriggerInbox(
        endpoint=endpoint, dedupe_key=reading.dedupe_key(endpoint.verify, endpoint.dedupe_field, call.headers, call.body, value),
        body=call.body, content_type=content_type, headers=reading.kept_headers(call.headers), query=reading.kept_query(call.query),
        state=state, note=note, due_at=now, received_at=now,
    )  # fmt: skip
    if not _keep(row, endpoint, now):
        return Answer(202, AGAIN)
    if state == "new":
        hint.give()
    return Answer(202, note or "Taken in.", str(row.pk))


def _standing(endpoint: Endpoint, now: datetime, wrong: str) -> tuple[str, str]:
    """The state in which a delivery is kept, and why when nothing will begin."""
    if wrong:
        return "ignored", wrong
    if endpoint.armed:
        return "new", ""
    if endpoint.test_until is not None and now < endpoint.test_until:
        return "test", "Kept as a sample: the flow is not switched on."
    return "ignored", "Kept, but the flow is not switched on."


def _keep(row: TriggerInbox, endpoint: Endpoint, now: datetime) -> bool:
    """One INSERT, committed by itself; False when this delivery is here already."""
    if rows.insert(row):
        return True
    window = timedelta(minutes=endpoint.dedupe_minutes)
    if endpoint.verify == "customerio":
        window = max(window, KEPT_KEYS)
    past = TriggerInbox.objects.filter(endpoint=endpoint, dedupe_key=row.dedupe_key, received_at__lte=now - window)
    known = past.values_list("pk", flat=True).first()
    if known is None:
        return False
    past.filter(pk=known).update(dedupe_key=f"past:{known}")  # its time is over: the key is free again
    return rows.insert(row)
