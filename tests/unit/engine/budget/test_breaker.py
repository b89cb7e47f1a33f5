"""The circuit breaker, refusals of the pace, and what they do to those who wait."""

from helix.engine.budget.bucket import GO, OPEN, PROBE, Bucket
from helix.engine.budget.pace import Pace
from integrations.kit.limits import Rate
from tests.unit.engine.budget.world import World

SOFT = Pace.of(Rate(3000, 3))
APP = Pace.of(Rate(10, 1, hard=True))


def failing(bucket: Bucket, now: float, times: int) -> bool:
    return any([bucket.tell(now, failed=True) for _ in range(times)])


def ask(bucket: Bucket, now: float, flow: str = "a") -> str:
    return bucket.ask(now, SOFT, flow, 1.0).code


def test_it_opens_at_ten_failures_of_the_last_twenty_calls_and_not_before() -> None:
    bucket = Bucket(0.0)
    for _ in range(9):
        assert not bucket.tell(0.0, failed=True)
        bucket.tell(0.0, succeeded=1)
    bucket.tell(0.0, succeeded=2)

    assert ask(bucket, 1.0) == GO
    assert not bucket.tell(1.0, failed=True)  # the first failure has left the last twenty
    assert bucket.tell(1.0, failed=True)
    assert ask(bucket, 2.0) == OPEN


def test_it_opens_when_the_first_ten_calls_fail() -> None:
    assert failing(Bucket(0.0), 0.0, 10)
    assert not failing(Bucket(0.0), 0.0, 9)


def test_after_a_minute_one_call_tries_for_all() -> None:
    bucket = Bucket(0.0)
    failing(bucket, 0.0, 10)

    assert [ask(bucket, 59.9), ask(bucket, 60.1), ask(bucket, 60.2), ask(bucket, 61.0, "b")] == [
        OPEN,
        PROBE,
        OPEN,
        OPEN,
    ]


def test_a_good_probe_closes_it_and_a_bad_one_opens_it_for_another_minute() -> None:
    good, bad = Bucket(0.0), Bucket(0.0)
    for bucket in (good, bad):
        failing(bucket, 0.0, 10)
        ask(bucket, 61.0)
    good.tell(62.0, succeeded=1)

    assert bad.tell(62.0, failed=True)
    assert (ask(good, 63.0), ask(bad, 121.0), ask(bad, 122.5)) == (GO, OPEN, PROBE)
    assert not failing(good, 63.0, 9)


def test_a_probe_whose_worker_died_is_followed_by_another_a_minute_later() -> None:
    bucket = Bucket(0.0)
    failing(bucket, 0.0, 10)

    assert [ask(bucket, 61.0), ask(bucket, 120.0), ask(bucket, 121.5)] == [PROBE, OPEN, PROBE]


def test_a_probe_that_was_not_made_is_free_again_at_once() -> None:
    bucket = Bucket(0.0)
    failing(bucket, 0.0, 10)
    ask(bucket, 61.0)
    bucket.tell(61.1)

    assert ask(bucket, 61.2) == PROBE


def test_late_ends_of_calls_from_before_neither_close_nor_prolong_it() -> None:
    bucket = Bucket(0.0)
    failing(bucket, 0.0, 10)
    bucket.tell(5.0, succeeded=1)
    failing(bucket, 30.0, 20)

    assert (ask(bucket, 59.0), ask(bucket, 60.5)) == (OPEN, PROBE)


def test_while_it_is_open_few_of_many_waiting_steps_come_back_each_minute() -> None:
    world = World(SOFT)
    failing(world.bucket, 0.0, 10)
    world.arrive("a", 10_000)

    world.go(until=119)

    assert len(world.calls) == 1  # the probe, which nobody reported
    assert world.asked < 10_000 + 60 * 220


def test_what_the_service_asks_for_is_kept_to_the_second() -> None:
    bucket = Bucket(0.0)
    bucket.tell(0.0, succeeded=1, asked=30.0, refused=True)
    answers = [bucket.ask(at, APP, "a", 1.0) for at in (0.1, 29.9, 30.1)]

    assert [answer.code for answer in answers] == ["asked", "asked", GO]
    assert 29.8 < answers[0].wait < 31
    assert bucket.halved == 1


def spacing(bucket: Bucket, now: float) -> float:
    bucket.next_place = 0.0
    bucket.ask(now, APP, "a", 1.0)
    return bucket.next_place - now


def test_a_refusal_without_a_time_halves_the_pace_for_a_minute() -> None:
    bucket = Bucket(0.0)
    bucket.tell(0.0, succeeded=1, refused=True)

    assert round(spacing(bucket, 1.0) / APP.gap, 3) == 2
    assert round(spacing(bucket, 61.0) / APP.gap, 3) == 1


def test_refusals_of_calls_that_were_under_way_halve_once_and_later_ones_again() -> None:
    bucket = Bucket(0.0)
    for _ in range(20):
        bucket.tell(0.0, succeeded=1, refused=True)
    once = spacing(bucket, 1.0)
    bucket.tell(15.0, succeeded=1, refused=True)

    assert round(once / APP.gap, 3) == 2
    assert round(spacing(bucket, 16.0) / APP.gap, 3) == 4


def test_refusals_of_the_pace_are_no_failures_of_the_service() -> None:
    bucket = Bucket(0.0)
    for _ in range(30):
        bucket.tell(0.0, succeeded=1, refused=True)

    assert ask(bucket, 1.0) == GO
