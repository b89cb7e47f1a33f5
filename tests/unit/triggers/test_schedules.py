"""When schedules fire: zones, and both changes of the clock."""

from datetime import UTC, datetime

import pytest

from helix.triggers.schedules import fires_between, next_fire


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 2 * * *", "Europe/Paris", "2026-06-01T12:00", "2026-06-02T00:00"),
        ("0 2 * * *", "Europe/Paris", "2026-12-01T12:00", "2026-12-02T01:00"),
        (
            "30 2 * * *",
            "America/New_York",
            "2026-03-08T00:00",
            "2026-03-08T07:00",
        ),  # the hour that does not exist: at its end
        ("0 9 * * 1-5", "UTC", "2026-11-20T09:00", "2026-11-23T09:00"),  # Friday to Monday
    ],
)
def test_a_schedule_follows_the_clock_of_its_zone(cron: str, zone: str, after: str, expected: str) -> None:
    assert next_fire(cron, zone, at(after)) == at(expected)


def test_an_hour_that_comes_twice_fires_a_daily_schedule_once() -> None:
    fires = fires_between("30 1 * * *", "America/New_York", at("2026-11-01T05:30"), at("2026-11-02T05:00"))

    assert fires == [at("2026-11-01T05:30")]


def test_every_half_hour_fires_in_both_passes_of_the_hour_that_comes_twice() -> None:
    fires = fires_between("*/30 * * * *", "America/New_York", at("2026-11-01T05:00"), at("2026-11-01T07:00"))

    assert len(fires) == 5


def test_an_instant_that_never_comes_is_none() -> None:
    assert fires_between("0 0 1 1 *", "UTC", at("2027-01-01T00:00"), at("2026-01-01T00:00")) == []
