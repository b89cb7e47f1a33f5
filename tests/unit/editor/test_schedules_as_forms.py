"""Cron text as a simple form and back; the next starts; waits; retries in words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.editor.forms.cron import HOURS, MINUTES, Rhythm, read_rhythm, write_cron
from helix.editor.forms.retry import attempts_words, retry_of
from helix.editor.forms.triggers import inputs_of, next_firings, rhythm_words
from helix.editor.forms.waiting import wait_of

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("*/15 * * * *", "Every 15 minutes"),
        ("* * * * *", "Every minute"),
        ("0 */2 * * *", "Every 2 hours, on the hour"),
        ("30 9 * * *", "Every day at 09:30"),
        ("0 9 * * 1-5", "Weekdays at 09:00"),
        ("0 9 * * MON-FRI", "Weekdays at 09:00"),
        ("0 9 * * 1,4", "Every Monday and Thursday at 09:00"),
        ("0 9 * * 0", "Every Sunday at 09:00"),
        ("0 9 * * 7", "Every Sunday at 09:00"),
        ("5 6 31 * *", "On day 31 of every month at 06:05"),
    ],
)
def test_a_simple_schedule_reads_as_a_sentence(cron: str, words: str) -> None:
    assert rhythm_words(read_rhythm(cron), cron) == words


@pytest.mark.parametrize("cron", ["*/7 * * * *", "0 9 1 1 *", "0 9 1 * 1", "0 9-17 * * *", "@daily", "", "0 25 * * *"])
def test_anything_else_stays_cron(cron: str) -> None:
    assert read_rhythm(cron).mode == "custom"


rhythms = st.one_of(
    st.builds(Rhythm, st.just("minutes"), every=st.sampled_from(MINUTES)),
    st.builds(Rhythm, st.just("hours"), every=st.sampled_from(HOURS), minute=st.integers(0, 59)),
    st.builds(Rhythm, st.sampled_from(["daily", "weekdays"]), hour=st.integers(0, 23), minute=st.integers(0, 59)),
    st.builds(
        Rhythm,
        st.just("weekly"),
        hour=st.integers(0, 23),
        minute=st.integers(0, 59),
        days=st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
    ),
    st.builds(Rhythm, st.just("monthly"), hour=st.integers(0, 23), minute=st.integers(0, 59), day=st.integers(1, 31)),
)


@given(rhythms)
def test_a_rhythm_that_is_written_reads_as_the_same_sentence(rhythm: Rhythm) -> None:
    cron = write_cron(rhythm)
    again = read_rhythm(cron)

    same = again == rhythm or (rhythm.mode == "weekly" and rhythm.days == (1, 2, 3, 4, 5) and again.mode == "weekdays")
    assert same
    assert next_firings(cron, "UTC", NOW)[1] == ""


def test_the_next_starts_keep_the_clock_of_the_zone_over_the_change_to_summer_time() -> None:
    firings, trouble = next_firings("0 9 * * *", "Europe/Paris", NOW)

    assert trouble == ""
    assert [moment.strftime("%d %H:%M %z") for moment in firings[:3]] == [
        "28 09:00 +0100",
        "29 09:00 +0200",
        "30 09:00 +0200",
    ]


@pytest.mark.parametrize(
    ("cron", "zone", "part"),
    [("nonsense", "UTC", "no cron"), ("0 9 * * *", "Mars/Olympus", "not a time zone"), ("", "UTC", "when")],
)
def test_a_schedule_that_cannot_be_says_why(cron: str, zone: str, part: str) -> None:
    firings, trouble = next_firings(cron, zone, NOW)

    assert firings == ()
    assert part in trouble


def test_the_form_of_a_manual_trigger_has_a_row_a_field() -> None:
    found = inputs_of({"fields": [{"name": "email", "type": "text"}, {"name": "n", "type": "integer"}]}, "step")

    assert found is not None
    assert [(row.name.text, row.default.kind, row.path) for row in found] == [
        ("email", "text", "trigger.email"),
        ("n", "integer", "trigger.n"),
    ]


def test_fields_that_are_no_list_are_left_to_json() -> None:
    assert inputs_of({"fields": "x"}, "step") is None


@pytest.mark.parametrize(
    ("seconds", "unit"), [(90, "seconds"), (7200, "hours"), (86400, "days"), (300, "minutes"), (0.5, "seconds")]
)
def test_a_wait_is_shown_in_its_largest_whole_unit(seconds: float, unit: str) -> None:
    field = wait_of({"seconds": seconds}, "step").field

    assert next(option.label for option in field.options if option.chosen) == unit


def test_pauses_between_attempts_are_said_in_words() -> None:
    words = attempts_words(
        {"max_attempts": 3, "initial_seconds": 2, "factor": 2, "max_seconds": 300, "on": ["network"]}
    )

    assert words.startswith("Up to 3 attempts, with pauses of up to 2 s and 4 s between them: at most 6 s")


@pytest.mark.parametrize("policy", [{"max_attempts": 1}, {"on": []}])
def test_a_policy_that_never_repeats_says_so(policy: dict[str, object]) -> None:
    usual = {"max_attempts": 5, "initial_seconds": 2, "factor": 2, "max_seconds": 300, "on": ["network"]}

    assert attempts_words({**usual, **policy}) == "One attempt, no retry."


@pytest.mark.parametrize("value", ["five", None, True, -1, [2]])
def test_numbers_that_are_none_give_no_sentence(value: object) -> None:
    usual = {"max_attempts": 5, "initial_seconds": 2, "factor": 2, "max_seconds": 300, "on": ["network"]}

    assert attempts_words({**usual, "max_attempts": value}) == ""


def test_a_step_that_calls_nobody_is_not_retried() -> None:
    form = retry_of({"key": "step"}, calls_out=False, effect="A")

    assert not form.can_retry
    assert form.on_error.value == "fail"
