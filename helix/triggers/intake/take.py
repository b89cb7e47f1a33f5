"""Taking a delivery in: find the address, check the proof, keep it, answer. Nothing else happens before the answer.

What begins from it is decided later (`helix.triggers.inbox`). An authentic call of Customer.io is answered 202 whatever is
wrong with it or with the flow: any other answer would stop all events of that workspace for an hour or more.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
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
    """Keep the delivery, or say why not. Never raises for trouble with our storage: that is a 503."""
    return take_all([call])[0]


def take_all(calls: Sequence[Call]) -> list[Answer]:
    """Keep deliveries that came together by one statement and one commit; an answer for each, in their order.

    When the whole goes wrong each is taken in by itself: what is wrong with one keeps no other out.
    """
    deliveries = [call for call in calls if call.team != ANSWERS]
    kept = iter(_safely(_keep, deliveries))
    return [next(kept) if call.team != ANSWERS else _safely(_pass_on, [call])[0] for call in calls]


def _safely(do: Callable[[Sequence[Call]], list[Answer]], calls: Sequence[Call]) -> list[Answer]:
    try:
        return do(calls)
    except (DatabaseTrouble, VaultLocked, OSError) as error:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        if len(calls) > 1:
            return [answer for call in calls for answer in _safely(do, [call])]
        log.warning("A delivery could not be kept, and was answered 503 (%s: %s).", type(error).__name__, error)
        return [AWAY]


def _pass_on(calls: Sequence[Call]) -> list[Answer]:
    return [_answer(call) for call in calls]


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


def _keep(calls: Sequence[Call]) -> list[Answer]:
    if not calls:
        return []
    now = timezone.now()
    desk = _Desk(now)
    read = [desk.read(call) for call in calls]
    to_keep = [row for row in read if isinstance(row, TriggerInbox)]
    written = rows.insert(to_keep) if to_keep else set()
    answers = [one if isinstance(one, Answer) else _kept(one, one.pk in written, now) for one in read]
    if any(row.state == "new" for row in to_keep):
        hint.give()
    return answers


class _Desk:
    """Reads calls that came together: an address, and its keys, are looked up once for all of them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._places: dict[tuple[str, str], tuple[Endpoint | None, list[str]]] = {}

    def read(self, call: Call) -> TriggerInbox | Answer:
        """The row to keep, or why there is none."""
        endpoint, keys = self._place(call)
        if endpoint is None:
            verify.spend(call.body)
            return NOT_FOUND
        by_customerio = endpoint.verify == "customerio"
        if len(call.body) > (MOST_BYTES_OF_CUSTOMERIO if by_customerio else MOST_BYTES):
            return TOO_LARGE
        if not keys and endpoint.verify != "none":
            return NO_SECRET
        verdict = verify.verify(endpoint.verify, call.headers, call.body, keys, self.now.timestamp())
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
        state, note = _standing(endpoint, self.now, unread or verdict.stale)
        return TriggerInbox(
            endpoint=endpoint, dedupe_key=reading.dedupe_key(endpoint.verify, endpoint.dedupe_field, call.headers, call.body, value),
            body=call.body, content_type=content_type, headers=reading.kept_headers(call.headers), query=reading.kept_query(call.query),
            state=state, note=note, due_at=self.now, received_at=self.now,
        )  # fmt: skip

    def _place(self, call: Call) -> tuple[Endpoint | None, list[str]]:
        at = (call.team, call.path)
        if at not in self._places:
            endpoint = rows.find(*at)
            self._places[at] = (endpoint, keys_of(endpoint, self.now) if endpoint else [])
        return self._places[at]


def _standing(endpoint: Endpoint, now: datetime, wrong: str) -> tuple[str, str]:
    """The state in which a delivery is kept, and why when nothing will begin."""
    if wrong:
        return "ignored", wrong
    if endpoint.armed:
        return "new", ""
    if endpoint.test_until is not None and now < endpoint.test_until:
        return "test", "Kept as a sample: the flow is not switched on."
    return "ignored", "Kept, but the flow is not switched on."


def _kept(row: TriggerInbox, written: bool, now: datetime) -> Answer:
    """What the sender of this row is told; a key whose time is over is free again."""
    if not written and not _kept_anew(row, now):
        return Answer(202, AGAIN)
    return Answer(202, row.note or "Taken in.", str(row.pk))


def _kept_anew(row: TriggerInbox, now: datetime) -> bool:
    window = timedelta(minutes=row.endpoint.dedupe_minutes)
    if row.endpoint.verify == "customerio":
        window = max(window, KEPT_KEYS)
    past = TriggerInbox.objects.filter(endpoint=row.endpoint, dedupe_key=row.dedupe_key, received_at__lte=now - window)
    known = past.values_list("pk", flat=True).first()
    if known is None:
        return False
    past.filter(pk=known).update(dedupe_key=f"past:{known}")
    return bool(rows.insert([row]))
