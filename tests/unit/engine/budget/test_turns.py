"""Turns between flows, in a time of its own: ten calls a second, or one in ten seconds."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from helix.engine.budget.bucket import Bucket
from helix.engine.budget.pace import Pace
from integrations.kit.limits import Rate
from tests.unit.engine.budget.world import World

APP = Pace.of(Rate(10, 1, hard=True))
BROADCAST = Pace.of(Rate(1, 10, hard=True))


def between(times: list[float], begin: float, end: float) -> int:
    return sum(begin <= time < end for time in times)


def test_ten_steps_are_done_in_seconds_beside_ten_thousand_that_came_before() -> None:
    world = World(APP)
    world.arrive("large", 10_000)
    world.arrive("small", 10, at=100)

    world.go()

    assert len(world.of("large")) == 10_000
    assert max(world.of("small")) < 105


def test_the_whole_pace_is_used_as_long_as_anybody_waits() -> None:
    world = World(APP)
    world.arrive("large", 3000)
    world.arrive("late", 500, at=60)

    world.go()

    assert max(call.at for call in world.calls) < 3500 * APP.gap * 1.05


def test_a_step_asks_two_or_three_times_however_long_it_waits() -> None:
    world = World(APP)
    world.arrive("large", 10_000)

    world.go()

    assert world.asked < 3 * 10_000


def test_two_large_flows_share_evenly_whoever_came_first() -> None:
    world = World(APP)
    world.arrive("first", 5000)
    world.arrive("second", 5000, at=100)

    world.go()

    first, second = between(world.of("first"), 110, 400), between(world.of("second"), 110, 400)
    assert abs(first - second) < 0.05 * second


def test_fifty_flows_share_evenly() -> None:
    world = World(APP)
    flows = [f"flow-{number}" for number in range(50)]
    for flow in flows:
        world.arrive(flow, 60)

    world.go()

    served = [between(world.of(flow), 50, 250) for flow in flows]
    assert max(served) <= 1.6 * min(served)


def test_the_urgent_go_first_and_the_others_are_not_starved() -> None:
    world = World(APP)
    world.arrive("plain", 3000)
    world.arrive("urgent", 3000, at=50, priority=-1)

    world.go()

    plain, urgent = between(world.of("plain"), 60, 200), between(world.of("urgent"), 60, 200)
    assert urgent > 6 * plain
    assert plain > 0.05 * (plain + urgent)


def test_an_urgent_step_is_called_within_a_second_or_two_of_a_full_bucket() -> None:
    world = World(APP)
    world.arrive("large", 10_000)
    world.arrive("urgent", 1, at=333.3, priority=-1)

    world.go()

    assert world.of("urgent")[0] < 335


def test_broadcasts_of_two_flows_take_turns_ten_seconds_apart() -> None:
    world = World(BROADCAST)
    world.arrive("a", 20)
    world.arrive("b", 5, at=25)

    world.go()

    times = sorted(call.at for call in world.calls)
    assert min(late - early for early, late in pairwise(times)) >= 10
    assert max(world.of("b")) < 25 + 11 * 11  # its five, five of the others, and the one before
    assert times[-1] < 26 * 11


def test_an_empty_bucket_allows_nothing_until_all_places_given_before_are_past() -> None:
    answer = Bucket.empty(50.0, APP).ask(50.0, APP, "a", 1.0)

    assert answer.wait >= 1.0


@settings(max_examples=30, deadline=None)
@given(
    flows=some.lists(
        some.tuples(some.integers(1, 60), some.floats(0, 20), some.sampled_from([-1, 0, 1])), min_size=1, max_size=6
    ),
    seed=some.integers(0, 1000),
)
def test_every_step_is_called_once_and_none_waits_for_ever(flows: list[tuple[int, float, int]], seed: int) -> None:
    world = World(APP, seed=seed)
    for number, (steps, at, priority) in enumerate(flows):
        world.arrive(f"flow-{number}", steps, at=at, priority=priority)

    world.go()

    total = sum(steps for steps, _, _ in flows)
    assert len(world.calls) == total
    assert world.most_within(0.99) <= 10
    assert max(call.at for call in world.calls) < 20 + total * APP.gap * 1.6 + 10
