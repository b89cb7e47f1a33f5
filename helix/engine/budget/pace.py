"""From a service's rate to the pace we keep: a little slower than allowed, so that jitter on the way never adds up to more. Pure."""

from dataclasses import dataclass
from typing import Self

from integrations.kit.limits import Rate

HARD_MARGIN = 1.05
"""Where more is refused, calls are spaced evenly and 5 % wider: ten within a second stay so when one is 50 ms late."""
SOFT_SLACK = 0.02
"""Elsewhere 2 % of the window may go at once; the gap is that much wider, so a window never holds more than allowed."""
SLOW_GAP = 1.0
"""From this gap on (seconds) the database itself spaces the calls."""


@dataclass(frozen=True)
class Pace:
    """One call every `gap` seconds; up to `slack` seconds' worth of them at once after a rest."""

    gap: float
    slack: float = 0.0

    @classmethod
    def of(cls, rate: Rate) -> Self:
        if rate.hard or rate.calls < 50:
            return cls(rate.gap * HARD_MARGIN)
        return cls(rate.gap * (1 + SOFT_SLACK), rate.seconds * SOFT_SLACK)

    @property
    def slow(self) -> bool:
        return self.gap >= SLOW_GAP

    def times(self, calls: int) -> "Pace":
        """The pace of bundles of so many calls."""
        return Pace(self.gap * calls, self.slack)

    def shared_by(self, processes: int) -> "Pace":
        """What one of so many processes may do by itself when they cannot agree: half of its share, evenly spaced."""
        return Pace(self.gap * 2 * max(1, processes))


def weight(priority: int) -> float:
    """How many turns a flow of this priority gets for each turn of a normal one: urgent goes first, and nothing starves."""
    return 8.0 if priority < 0 else 1.0 if priority == 0 else 0.125
