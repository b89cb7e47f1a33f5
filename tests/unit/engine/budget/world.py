"""Steps that want to call, and workers that carry them, in a time of their own: no clock, no threads, no sleep."""

import heapq
import random
from dataclasses import dataclass, field

from helix.engine.budget.bucket import GO, PROBE, Bucket
from helix.engine.budget.calling import SHORT
from helix.engine.budget.pace import Pace, weight


@dataclass
class Called:
    at: float
    flow: str


@dataclass
class World:
    """`arrive` steps, then `go`: each asks the bucket, sleeps for a place that is near, or waits in the database until its
    time and then for the next round of the scheduler."""

    pace: Pace
    bucket: Bucket = field(default_factory=lambda: Bucket(0.0))
    round_seconds: float = 0.5
    seed: int = 7
    calls: list[Called] = field(default_factory=list)
    asked: int = 0
    _queue: list[tuple[float, int, str, int]] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def arrive(self, flow: str, steps: int, at: float = 0.0, priority: int = 0, per_second: float = 500.0) -> None:
        """So many steps of a flow become ready, as fast as workers claim them."""
        for number in range(steps):
            self._push(at + number / per_second, flow, priority)

    def _push(self, at: float, flow: str, priority: int) -> None:
        self._number += 1
        heapq.heappush(self._queue, (at, self._number, flow, priority))

    def go(self, until: float = float("inf")) -> None:
        while self._queue and self._queue[0][0] <= until:
            now, _, flow, priority = heapq.heappop(self._queue)
            self.asked += 1
            answer = self.bucket.ask(now, self.pace, flow, weight(priority), dice=self.dice.random())
            if answer.code in (GO, PROBE):
                assert answer.wait <= SHORT
                self.calls.append(Called(now + answer.wait, flow))
            else:
                assert answer.wait > SHORT
                due = now + answer.wait
                rounds = -(-due // self.round_seconds)
                self._push(rounds * self.round_seconds + self.dice.random() * 0.1, flow, priority)

    def of(self, flow: str) -> list[float]:
        return [call.at for call in self.calls if call.flow == flow]

    def most_within(self, seconds: float) -> int:
        """The most calls in any window of this length."""
        times = sorted(call.at for call in self.calls)
        most, first = 0, 0
        for number, time in enumerate(times):
            while times[first] <= time - seconds:
                first += 1
            most = max(most, number - first + 1)
        return most
