"""The sums of one bucket: pace, turns between flows, circuit breaker. Pure; `bucket.lua` does the same sums in Redis.

Pace: places lie `gap` seconds apart; `next_place` is the first free one. A call within the next second takes its place at
once (it sleeps until then). Others are told when to ask again, and nothing is kept for them: a flow with ten thousand calls
can never hold the future. Turns: each flow has a line of those that were sent away. While other flows have a line too, a
call moves its flow's `used` on by its share of the time, and a flow that is ahead of the others stands back. The line also
tells when the next one should ask again: after those before it, and after as many of each other flow.
"""

from dataclasses import dataclass, field

from helix.engine.budget.calling import SHORT
from helix.engine.budget.pace import Pace

BACKLOGGED = 0.6  # seconds ahead that a flow with a line may take places; the rest is for newcomers and the urgent
AHEAD = 0.5  # seconds that a flow may be ahead of its share, and
AHEAD_TURNS = 0.4  # this part of the time between two of its turns
GRACE = 1.0  # seconds that a line lives on after its last appointment
HURRY = 0.95  # appointments lie a little closer than places, so that none stays empty
LONGEST = 3600.0
HELD_GAP = 0.005  # appointments after a held time lie at least this far apart
HALVED_SECONDS = 60.0
HALVE_AGAIN_AFTER = 10.0  # seconds; refusals of calls that were under way already halve only once
MOST_HALVED = 16
BACK_SECONDS = 6.0  # after Redis was away: others may not know yet that it is back
OPEN_SECONDS = PROBE_SECONDS = 60.0
SEEN = 20
TOO_MANY = 10

GO, PROBE, PACED, TURN, ASKED, OPEN = "go", "probe", "pace", "turn", "asked", "open"


@dataclass(slots=True)
class Line:
    """Those of one flow that were sent away, the last of them until `end`; the flow has had its share until `used`."""

    end: float = 0.0
    used: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` GO or PROBE: the place is taken, call in `wait` seconds. Else: ask again in `wait` seconds. Of a bundle of
    places, each further one lies `gap` / size seconds after the one before; the first at `begin`, below 0 within the slack."""

    code: str
    wait: float
    begin: float = 0.0
    gap: float = 0.0


@dataclass(slots=True)
class Bucket:
    """All times are seconds of one clock, which the caller reads."""

    next_place: float
    cool_until: float = 0.0  # the service asked for quiet
    open_until: float = 0.0  # the circuit is open; 0 when closed
    probing_until: float = 0.0
    halved: int = 1
    halved_until: float = 0.0
    halved_at: float = 0.0
    back_until: float = 0.0
    told: float = -1.0  # the free place that somebody who was sent away shall come back for
    seen: str = ""  # ends of the last calls: 1 failed, 0 did not
    lines: dict[str, Line] = field(default_factory=dict)

    @classmethod
    def empty(cls, now: float, pace: Pace) -> "Bucket":
        """A bucket that knows nothing of what was before, and so allows nothing until all places given before are past."""
        return cls(now + SHORT + pace.slack)

    def ask(
        self,
        now: float,
        pace: Pace,
        flow: str,
        weight: float,
        *,
        succeeded: int = 0,
        reach: float = SHORT,
        not_before: float = 0.0,
        dice: float = 0.5,
    ) -> Answer:
        """May this flow call? `succeeded`: calls that ended well and were not told yet. `reach`: seconds ahead that a place
        may be taken. `not_before`: known from elsewhere. `dice`: 0 to 1, spreads those who are sent away for longest."""
        if succeeded and not self.open_until:
            self.seen = (self.seen + "0" * min(succeeded, SEEN))[-SEEN:]
        gap = pace.gap * (self.halved if now < self.halved_until else 1) * (2 if now < self.back_until else 1)
        self.lines = {key: line for key, line in self.lines.items() if max(line.end + GRACE, line.used) > now}
        mine = self.lines.get(flow) or Line()
        mine.weight = weight
        others = [line for key, line in self.lines.items() if key != flow and line.end + GRACE > now]
        rivals = sum(line.weight for line in others)
        place = max(self.next_place - pace.slack, now)
        held, code = self._held(now, not_before)
        if not code:
            mine_reach = min(reach, BACKLOGGED) if mine.end > now and weight <= 1 else reach
            turn = gap * (rivals + weight) / weight
            ahead = rivals > 0 and mine.used - place > AHEAD + AHEAD_TURNS * turn
            if place - now <= mine_reach and not ahead:
                begin = max(self.next_place, now) - pace.slack - now
                self.next_place = max(self.next_place, now) + gap
                mine.used = max(mine.used, place) + turn if rivals > 0 else place
                if rivals > 0 or flow in self.lines:
                    self.lines[flow] = mine
                if not self.open_until:
                    return Answer(GO, place - now, begin, gap)
                self.probing_until = now + PROBE_SECONDS
                return Answer(PROBE, place - now, begin, gap)
            code = TURN if ahead else PACED
        spacing = (max(gap, HELD_GAP) if held > now else gap) * HURRY
        if code == PACED and held <= now and self.told != self.next_place:
            self.told, back = self.next_place, place
        else:
            after = max(place, held, mine.used if code == TURN else 0.0)
            if mine.end > now:
                after = max(after, mine.end)
                share = 1 + sum(line.weight for line in others if line.end > after) / weight
            else:
                share = sum(min(line.weight / weight, 1.0) for line in others)
            back = after + spacing * share
        if back - now > LONGEST:
            return Answer(code, LONGEST * (0.75 + 0.25 * dice))
        self.lines[flow] = Line(max(mine.end, back), mine.used, weight)
        return Answer(code, max(back - now, SHORT + 0.05))

    def _held(self, now: float, not_before: float) -> tuple[float, str]:
        """Until when nobody may call, and why; "" when calls may go."""
        if self.open_until > now:
            return max(self.open_until, self.cool_until, not_before), OPEN
        if self.open_until and self.probing_until > now:
            return max(now + 1.0, self.cool_until, not_before), OPEN
        held = max(self.cool_until, not_before)
        return (held, ASKED if self.cool_until > now else PACED) if held > now else (0.0, "")

    def tell(
        self, now: float, *, succeeded: int = 0, failed: bool = False, asked: float = 0.0, refused: bool = False
    ) -> bool:
        """How calls ended; True when this opened the circuit. `asked`: seconds of quiet that the service wants. `refused`:
        too many calls, in its view. With nothing at all: the call was not made, and its probe is free again."""
        half_open = 0.0 < self.open_until <= now
        opened = False
        if failed:
            self.seen = "" if self.open_until else (self.seen + "1")[-SEEN:]
            if half_open or self.seen.count("1") >= TOO_MANY:
                self.open_until, self.probing_until, self.seen, opened = now + OPEN_SECONDS, 0.0, "", True
        elif succeeded and half_open:
            self.open_until, self.probing_until, self.seen = 0.0, 0.0, ""
        elif succeeded and not self.open_until:
            self.seen = (self.seen + "0" * min(succeeded, SEEN))[-SEEN:]
        elif not succeeded:
            self.probing_until = 0.0
        if asked > 0:
            self.cool_until = max(self.cool_until, now + asked)
        elif refused:
            going_on = now < self.halved_until
            if not going_on or now - self.halved_at >= HALVE_AGAIN_AFTER:
                self.halved = min(self.halved * 2, MOST_HALVED) if going_on else 2
                self.halved_at = now
            self.halved_until = now + HALVED_SECONDS
        return opened

    def back(self, now: float) -> None:
        """Redis answers again; for a moment others may still go by their own pace."""
        self.back_until = now + BACK_SECONDS
