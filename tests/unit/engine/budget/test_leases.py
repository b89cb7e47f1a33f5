"""Places taken together: more only while they are used up at once, none where calls must be spaced, none kept for later."""

import threading

from helix.engine.budget.bucket import Answer, Bucket
from helix.engine.budget.leases import GOOD_SECONDS, MOST, MOST_AHEAD, Leases
from helix.engine.budget.pace import Pace
from integrations.kit.limits import Rate

LENIENT = Pace.of(Rate(3000, 3))
RESTED = Answer("go", 0.0, -LENIENT.slack, LENIENT.gap)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def calls(leases: Leases, number: int, pace: Pace = LENIENT) -> list[int]:
    """The sizes that were asked for while so many calls were made."""
    asked = []
    for _ in range(number):
        if leases.take("track", "flow") is None:
            asked.append(leases.size("track", "flow", pace))
            leases.granted("track", "flow", asked[-1], Answer("go", 0.0, -pace.slack, pace.gap * asked[-1]))
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
    assert Leases(Clock()).size("app", "flow", Pace.of(Rate(10, 1, hard=True)), 20) == 1


def test_as_many_are_asked_for_as_want_one_now() -> None:
    leases = Leases(Clock())
    assert leases.size("track", "flow", LENIENT, 20) == 20
    assert leases.size("track", "flow", LENIENT, 200) == MOST

    calls(leases, 63)
    assert leases.size("track", "flow", LENIENT, 3) == MOST_AHEAD


def test_the_places_of_a_bundle_are_those_that_one_call_after_the_other_would_have_got() -> None:
    clock = Clock()
    alone, together = Bucket(clock.now), Bucket(clock.now)
    for bucket in (alone, together):  # most of the slack is used up
        bucket.ask(clock.now, LENIENT.times(50), "flow", 1.0)
    one_by_one = [alone.ask(clock.now, LENIENT, "flow", 1.0).wait for _ in range(MOST)]

    leases, answer = Leases(clock), together.ask(clock.now, LENIENT.times(MOST), "flow", 1.0)
    leases.granted("track", "flow", MOST, answer)
    taken = [answer, *(leases.take("track", "flow") for _ in range(MOST - 1))]

    assert one_by_one[0] == 0.0
    assert one_by_one[-1] > 0.01
    assert [round(place.wait, 9) for place in taken if place] == [round(wait, 9) for wait in one_by_one]
    assert leases.take("track", "flow") is None
    assert round(together.next_place, 9) == round(alone.next_place, 9)


def test_nothing_is_taken_ahead_while_calls_wait() -> None:
    leases = Leases(Clock())
    leases.granted("track", "flow", 1, Answer("go", 0.3, 0.3, LENIENT.gap))

    assert leases.size("track", "flow", LENIENT) == 1
    assert leases.size("track", "flow", LENIENT, 4) == 4


def test_one_thread_asks_for_all_that_wait_behind_it() -> None:
    leases, first, behind = Leases(), threading.Event(), 7
    asked: list[int] = []

    def call() -> None:
        with leases.asking("track", "flow") as asking:
            first.wait(5)
            if leases.take("track", "flow") is None:
                asked.append(leases.size("track", "flow", LENIENT, asking.waiting))
                leases.granted("track", "flow", asked[-1], Answer("go", 0.0, -1.0, LENIENT.gap * asked[-1]))

    threads = [threading.Thread(target=call) for _ in range(behind + 1)]
    for thread in threads:
        thread.start()
    while leases._asking["track", "flow"].waiting <= behind:
        threading.Event().wait(0.001)
    first.set()
    for thread in threads:
        thread.join(5)

    assert asked == [behind + 1]
    assert not leases._asking


def test_what_is_dropped_is_not_used_and_other_places_keep_theirs() -> None:
    leases = Leases(Clock())
    calls(leases, 4)
    leases.granted("app", "flow", MOST, RESTED)

    leases.drop("track")

    assert not leases.take("track", "flow")
    assert leases.take("app", "flow")
    assert not leases.take("app", "another flow")
