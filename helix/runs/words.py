"""Runs in words: what began one, and how long it took."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from helix.engine.models import Run
from helix.engine.states import Cause


def cause_words(run: Run, hidden: Collection[UUID] = ()) -> str:
    """What began the run, as a person would say it; without the names of flows that the viewer does not see."""
    who = str(run.created_by) if run.created_by else ""
    match run.cause_kind:
        case Cause.SCHEDULE:
            due = parse_datetime(str(run.payload.get("scheduled_for", "")))
            return f"By schedule, due {timezone.localtime(due):%H:%M}" if due else "By schedule"
        case Cause.TEST:
            word = "Dry run" if run.dry else "Test"
            return f"{word} by {who}" if who else word
        case Cause.API:
            return f"By an API token of {who}" if who else "Through the API"
        case Cause.WEBHOOK:
            return "By webhook"
        case Cause.EVENT:
            return "By an event of Customer.io"
        case Cause.FAILURE if run.payload.get("flow_id") in {str(pk) for pk in hidden}:
            return "Because another flow failed"
        case Cause.FAILURE:
            return f"Because “{run.payload.get('flow_name', 'another flow')}” failed"
        case Cause.CALLED:
            return "By a step of another flow"
        case Cause.RETRY:
            return "Goes on with an earlier run"
        case _:
            return f"Started by {who}" if who else "Started by hand"


def cause_icon(run: Run) -> str:
    return {
        Cause.SCHEDULE: "calendar-clock",
        Cause.TEST: "flask-conical",
        Cause.API: "code",
        Cause.WEBHOOK: "webhook",
        Cause.EVENT: "mail-check",
        Cause.FAILURE: "circle-alert",
        Cause.CALLED: "corner-down-right",
        Cause.RETRY: "skip-forward",
    }.get(Cause(run.cause_kind), "mouse-pointer-click")


def seconds(run: Run, now: datetime) -> float | None:
    """From its beginning to its end (or now); None while nothing has begun."""
    began = run.started_at or (run.created_at if run.ended_at else None)
    return max(0.0, ((run.ended_at or now) - began).total_seconds()) if began else None
