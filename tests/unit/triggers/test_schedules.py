"""When schedules fire: zones, both changes of the clock, intervals, single moments; and against a slow, plain oracle."""

from datetime import UTC, datetime, timedelta

import pytest

from helix.triggers.schedules import BadSchedule, Timing, coming, fires_between, firings, next_fire, timing_of
from tests.unit.triggers import clock_oracle as oracle


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 2 * * *", "Europe/Paris", "2026-06-01T12:00", "2026-06-02T00:00"),
        ("0 2 * * *", "Europe/Paris", "2026-12-01T12:00", "2026-12-02T01:00"),
        ("30 2 * * *", "America/New_York", "2026-03-08T00:00", "2026-03-08T07:00"),  # does not exist: after the gap
        ("45 1 * * *", "America/New_York", "2026-11-01T06:40", "2026-11-02T06:45"),  # not back into the first pass
        ("0 9 * * 1-5", "UTC", "2026-11-20T09:00", "2026-11-23T09:00"),  # Friday to Monday
    ],
)
def test_a_schedule_follows_the_clock_of_its_zone(cron: str, zone: str, after: str, expected: str) -> None:
    assert next_fire(Timing(cron, zone), at(after)) == at(expected)


def test_an_hour_that_comes_twice_fires_a_daily_schedule_once() -> None:
    timing = Timing("30 1 * * *", "America/New_York")

    assert fires_between(timing, at("2026-11-01T05:30"), at("2026-11-02T05:00")) == [at("2026-11-01T05:30")]


def test_every_half_hour_fires_in_both_passes_of_the_hour_that_comes_twice() -> None:
    timing = Timing("*/30 * * * *", "America/New_York")

    assert len(fires_between(timing, at("2026-11-01T05:00"), at("2026-11-01T07:00"))) == 5


def test_an_instant_that_never_comes_is_none() -> None:
    assert fires_between(Timing("0 0 1 1 *"), at("2027-01-01T00:00"), at("2026-01-01T00:00")) == []


def test_an_interval_keeps_its_distance_over_a_change_of_the_clock() -> None:
    found = coming(Timing(every_minutes=90), at("2026-03-29T00:10"), 3)

    assert found == [at("2026-03-29T01:30"), at("2026-03-29T03:00"), at("2026-03-29T04:30")]


def test_a_single_moment_fires_once() -> None:
    timing = timing_of({"at": "2026-06-01T09:00:00+02:00", "timezone": "UTC"})

    assert coming(timing, at("2026-05-01T00:00")) == [at("2026-06-01T07:00")]
    assert next_fire(timing, at("2026-06-01T07:00")) is None


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "Say when"),
        ({"at": "tomorrow"}, "is no moment"),
        ({"at": "2026-06-01T09:00:00"}, "no time zone"),
        ({"cron": "0 9 * * *", "timezone": "Mars/Olympus"}, "not a time zone"),
        ({"cron": "0 9 * *", "timezone": "UTC"}, "no cron expression"),
        ({"cron": "61 9 * * *", "timezone": "UTC"}, "no cron expression"),
    ],
)
def test_a_schedule_that_cannot_be_read_says_why(config: dict[str, str], words: str) -> None:
    with pytest.raises(BadSchedule, match=words):
        firings(timing_of(config), at("2026-01-01T00:00"))


@pytest.mark.parametrize("zone", oracle.ZONES)
def test_no_firing_differs_from_a_walk_over_every_minute(zone: str) -> None:
    different = [
        (cron, first, sorted(set(wanted) ^ set(found))[:3])
        for first, last in oracle.windows(zone)
        for cron in oracle.EXPRESSIONS
        if (wanted := oracle.oracle(cron, zone, first, last)) != (found := oracle.ours(cron, zone, first, last))
    ]

    oracle.minutes_of.cache_clear()
    assert different == []


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_asking_anew_after_each_firing_gives_the_same(zone: str) -> None:
    sparse = [cron for cron in oracle.EXPRESSIONS if not cron.startswith("*")]
    different = [
        cron
        for first, last in oracle.windows(zone, (2026,))
        for cron in sparse
        if oracle.stepped(cron, zone, first, last) != oracle.ours(cron, zone, first, last)
    ]

    assert different == []


def test_a_schedule_asked_at_any_second_never_fires_in_the_past() -> None:
    for seconds in range(0, 7200, 37):
        after = at("2026-11-01T05:00") + timedelta(seconds=seconds)

        found = next_fire(Timing("45 1 * * *", "America/New_York"), after)

        assert found is not None and found > after
