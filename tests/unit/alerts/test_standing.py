"""How a thing stands after any sequence of ends."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helix.alerts.standing import CALM, REMINDERS, Said, Standing, after_ends, at_clock, calm, seen

START = datetime(2026, 11, 23, 9, 4, tzinfo=UTC)
END = st.tuples(st.integers(0, 86400).map(lambda second: START + timedelta(seconds=second)), st.booleans())
ENDS = st.lists(st.lists(END, max_size=6), max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ENDS, st.lists(st.integers(0, 90000), max_size=8))
def test_any_sequence_of_ends_opens_and_closes_in_turns(
    batches: list[list[tuple[datetime, bool]]], ticks: list[int]
) -> None:
    standing, told = Standing(), list[Said]()
    for number, batch in enumerate(batches):
        standing, said = after_ends(standing, batch)
        told += said
        if number < len(ticks):
            standing, said = at_clock(standing, START + timedelta(seconds=ticks[number]))
            told += said

    turns = [said for said in told if said != "reminder"]

    assert all(said == ("opened", "closed")[number % 2] for number, said in enumerate(turns))
    assert standing.is_open == (len(turns) % 2 == 1)


def test_ten_thousand_failures_are_one_alert() -> None:
    standing, told = Standing(), list[Said]()
    for batch in range(20):
        ends = [(START + timedelta(seconds=batch * 500 + each), False) for each in range(500)]
        standing, said = after_ends(standing, ends)
        told += said

    assert told == ["opened"]
    assert standing.count == 10_000
    assert standing.opened_at == START


def test_a_flow_of_which_every_other_run_fails_is_one_alert() -> None:
    ends = [(START + timedelta(seconds=each), each % 2 == 1) for each in range(2000)]

    standing, said = after_ends(Standing(), ends)

    assert said == ["opened"]
    assert standing.is_open


def test_a_good_run_long_after_the_last_failure_closes_at_once() -> None:
    standing, said = after_ends(Standing(), [(START, False), (START + timedelta(hours=1), True)])

    assert said == ["opened", "closed"]
    assert not standing.is_open


def test_a_good_run_soon_after_the_failure_closes_when_it_stayed_calm() -> None:
    standing, _ = after_ends(Standing(), [(START, False), (START + timedelta(seconds=10), True)])

    assert at_clock(standing, START + CALM - timedelta(seconds=1))[1] == []
    assert at_clock(standing, START + CALM)[1] == ["closed"]


def test_without_a_good_run_it_stays_open() -> None:
    standing, _ = after_ends(Standing(), [(START, False)])

    assert at_clock(standing, START + timedelta(minutes=30)) == (standing, [])


def test_what_keeps_coming_back_must_stay_well_for_longer() -> None:
    standing, now, waits = Standing(), START, []
    for _ in range(6):
        standing, _said = after_ends(standing, [(now, False), (now + timedelta(seconds=1), True)])
        waits.append(calm(standing))
        now += waits[-1]
        standing, said = at_clock(standing, now)
        assert said == ["closed"]
        now += timedelta(seconds=1)

    assert waits == [CALM, CALM * 2, CALM * 4, CALM * 8, CALM * 16, CALM * 16]


def test_reminders_come_at_growing_intervals() -> None:
    standing, _ = seen(Standing(), True, START)
    now, told = START, []
    for _ in range(60 * 24 * 14):
        now += timedelta(minutes=1)
        standing, said = seen(standing, True, now)
        told += [round((now - START).total_seconds() / 3600)] * len(said)

    assert told == [1, 5, 17, 41, 113, 281]
    assert REMINDERS[-1] == 168


def test_a_condition_that_goes_is_over_at_once() -> None:
    standing, _ = seen(Standing(), True, START)

    standing, said = seen(standing, False, START + timedelta(seconds=5))

    assert said == ["closed"]
    assert seen(standing, False, START + timedelta(seconds=9))[1] == []
