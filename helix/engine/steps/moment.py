"""When a logic step runs: now, and when it was first begun."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Moment:
    now: datetime
    begun: datetime
