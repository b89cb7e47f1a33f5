"""Wait for: asleep until a person approves, a message comes in, or an event of Customer.io happens; or until it expires."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from helix.engine.claim import Held
from helix.engine.keys import person_digest
from helix.engine.models import Awaited
from helix.engine.outcomes import Failed, Outcome, Parked, Succeeded, Told, Trouble
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode

EXPIRED = "expired"


def wait_for(held: Held, node: PlanNode, scope: dict[str, Any], now: datetime) -> Outcome:
    config = settled(node, scope)
    told = Told(config)
    kind, person = str(config.get("for") or "approval"), config.get("person")
    if kind == "customerio_event" and person in (None, ""):
        return Failed(Trouble("invalid_input", "Nobody is named whose event is waited for.", "Map “Person” to an id or e-mail address."), told)  # fmt: skip
    until = (held.step.started_at or now) + timedelta(seconds=float(config.get("expires_seconds") or 0))
    question, _ = Awaited.objects.get_or_create(
        step_id=held.step.id,
        defaults={
            "team_id": held.run.team_id,
            "kind": kind,
            "match": person_digest(str(person)) if kind == "customerio_event" else "",
            "asked": {name: config[name] for name in ("question", "approvers", "events") if name in config},
        },
    )
    if question.answered_at is None and now >= until:
        Awaited.objects.filter(pk=question.pk, answered_at=None).update(answered_at=timezone.now(), answer=None)
        question.refresh_from_db()
    if question.answered_at is None:
        return Parked(until, told)
    if question.answer is None:
        return Succeeded({}, EXPIRED, Told(config, explanation="Nothing came in time."))
    return _answered(kind, question.answer, told)


def _answered(kind: str, answer: dict[str, Any], told: Told) -> Outcome:
    at = answer["at"]
    match kind:
        case "approval":
            words = f"{answer['by']} answered “{answer['answer']}”" + (
                f": {answer['comment']}" if answer["comment"] else "."
            )
            data = {"answer": answer["answer"], "by": answer["by"], "comment": answer["comment"], "answered_at": at}
            return Succeeded(data, answer["answer"], Told(told.input, explanation=words))
        case "webhook":
            return Succeeded({"body": answer["body"], "received_at": at}, "received", told)
        case _:
            return Succeeded({"event": answer["event"], "received_at": at}, "received", told)
