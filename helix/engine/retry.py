"""When to try again. Pure: the policy of a step, the trouble it met, and what a repeat could do."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from helix.engine.outcomes import Deferred, Doubted, Failed, Told, Trouble

RETRIABLE = ("network", "rate_limited", "server_error")
LONGEST_ASKED_SECONDS = 3600.0


@dataclass(frozen=True)
class Policy:
    """How often and how patiently a step is tried: exponential pauses with full jitter, in seconds."""

    max_attempts: int = 5
    initial_seconds: float = 2
    factor: float = 2
    max_seconds: float = 300
    on: Collection[str] = RETRIABLE

    def pause(self, attempt: int, asked: float | None = None) -> float:
        """Seconds to wait after the attempt of this number (1, 2, …); what the service asked for is obeyed, up to an hour."""
        if asked is not None and asked >= 0:
            return min(asked, LONGEST_ASKED_SECONDS)
        return random.uniform(0, min(self.max_seconds, self.initial_seconds * self.factor ** (attempt - 1)))


def after_trouble(
    trouble: Trouble, *, policy: Policy, attempt: int, effect: str, now: datetime, told: Told
) -> Failed | Deferred | Doubted:
    """Fail, try again, or leave it to a person.

    Effect classes A and B may be repeated. C and D only when the call surely did not arrive; when it may have, the outcome
    is unknown and no retry happens by itself.
    """
    kind = "server_error" if trouble.kind == "bad_answer" else trouble.kind
    uncertain = trouble.sent and kind in ("network", "server_error")
    if uncertain and effect in "CD":
        return Doubted(trouble, told)
    if kind in policy.on and attempt < policy.max_attempts:
        return Deferred(now + timedelta(seconds=policy.pause(attempt, trouble.retry_after)), trouble, told)
    return Failed(trouble, told)
