"""An outcome as it is kept: the envelope that later steps read, and the line of the attempt."""

from datetime import datetime
from typing import Any

from helix.engine.outcomes import Doubted, Failed, Outcome, Stopped, Succeeded
from helix.engine.rows import Row


def envelope(outcome: Outcome) -> dict[str, Any]:
    """A step's output as later steps read it: {data, error, successful}."""
    match outcome:
        case Succeeded(data=data):
            return {"data": data, "error": None, "successful": True}
        case Stopped(message=message):
            return {"data": {"message": message}, "error": None, "successful": True}
        case _:
            trouble = getattr(outcome, "trouble", None)
            return {"data": None, "error": trouble.as_json() if trouble else None, "successful": False}


def attempt_of(row: Row, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The attempt that came to this outcome, as columns of Attempt."""
    trouble = getattr(outcome, "trouble", None)
    word = {Succeeded: "succeeded", Stopped: "succeeded", Failed: "failed", Doubted: "unknown"}.get(
        type(outcome), "retry" if trouble else "waiting"
    )
    return {
        "step_id": row.id,
        "number": row.attempts_made,
        "outcome": word,
        "started_at": min(row.claimed_at or now, now),
        "ended_at": now,
        "exchanges": list(outcome.told.exchanges),
        "error": trouble.as_json() if trouble else None,
    }
