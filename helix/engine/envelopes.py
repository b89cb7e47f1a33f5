"""An outcome as it is kept: why it did not succeed, and the line of the attempt."""

from datetime import datetime
from typing import Any

from helix.engine.outcomes import Doubted, Failed, Outcome, Probing, Stopped, Succeeded
from helix.engine.rows import Row


def trouble_of(outcome: Outcome) -> dict[str, Any] | None:
    """Why it did not succeed, as later steps read it; None when nothing went wrong."""
    trouble = getattr(outcome, "trouble", None)
    return trouble.as_json() if trouble else None


def attempt_of(row: Row, outcome: Outcome, exchanges: str, now: datetime) -> dict[str, Any]:
    """The attempt that came to this outcome, as columns of Attempt; `exchanges` is JSON text already."""
    trouble = trouble_of(outcome)
    word = {Succeeded: "succeeded", Stopped: "succeeded", Failed: "failed", Doubted: "unknown", Probing: "unknown"}.get(
        type(outcome), "retry" if trouble else "waiting"
    )
    return {
        "step_id": row.id,
        "number": row.attempts_made,
        "outcome": word,
        "started_at": min(row.claimed_at or now, now),
        "ended_at": now,
        "exchanges": exchanges,
        "error": trouble,
    }
