"""Places taken ahead: more only while they are used up at once, none where calls must be spaced, none kept for later."""

from helix.engine.budget.leases import GOOD_SECONDS, MOST, Leases
from helix.engine.budget.pace import Pace
from integrations.kit.limits import Rate

LENIENT = Pace.of(Rate(3000, 3))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def calls(leases: Leases, number: int, pace: Pace = LENIENT) -> list[int]:
    """The sizes that were asked for while so many calls were made."""
    asked = []
    for _ in range(number):
        if not leases.take("track", "flow"):
            asked.append(leases.size("track", "flow", pace))
            leases.granted("track", "flow", asked[-1])
    return asked


def test_a_busy_flow_asks_ever_less_often() -> None:
    assert calls(Leases(Clock()), 63) == [1, 2, 4, 8, 16, 16, 16]


def test_what_is_not_used_within_a_moment_is_lost_and_one_is_asked_for_again() -> None:
    clock = Clock()
    leases = Leases(clock)
    calls(leases, 8)
    assert leases.take("track", "flow")

    clock.now += GOOD_SECONDS

    assert not leases.take("track", "flow")
    assert leases.size("track", "flow", LENIENT) == 1


def test_calls_that_must_be_spaced_are_asked_for_one_by_one() -> None:
    assert calls(Leases(Clock()), 5, Pace.of(Rate(10, 1, hard=True))) == [1] * 5
    assert calls(Leases(Clock()), 5, Pace.of(Rate(100, 1))) == [1] * 5


def test_what_is_dropped_is_not_used_and_other_places_keep_theirs() -> None:
    leases = Leases(Clock())
    calls(leases, 4)
    leases.granted("app", "flow", MOST)

    leases.drop("track")

    assert not leases.take("track", "flow")
    assert leases.take("app", "flow")
    assert not leases.take("app", "another flow")
