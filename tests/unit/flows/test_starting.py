"""What starts a flow, in the fewest words."""

from typing import Any

import pytest

from helix.flows.starting import cron_words, starting_words


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 9 * * 1-5", "Weekdays 09:00"),
        ("0 9 * * MON-FRI", "Weekdays 09:00"),
        ("30 7 * * 0,6", "Weekends 07:30"),
        ("30 7 * * 6-7", "Weekends 07:30"),
        ("0 2 * * *", "Every day 02:00"),
        ("0 9,17 * * *", "Every day 09:00 and 17:00"),
        ("0 9 * * 1", "Mondays 09:00"),
        ("0 9 * * 1,4", "Mondays and Thursdays 09:00"),
        ("0 9 * * 0,1,3", "Mon, Wed and Sun 09:00"),
        ("5 6 1 * *", "1st of the month 06:05"),
        ("5 6 2,13,23 * *", "2nd, 13th and 23rd of the month 06:05"),
        ("5 6 L * *", "Last day of the month 06:05"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("* * * * *", "Every minute"),
        ("0 * * * *", "Every hour"),
        ("20 * * * *", "Every hour at 20 past"),
    ],
)
def test_ordinary_schedules_are_told_as_people_say_them(cron: str, words: str) -> None:
    assert cron_words(cron) == words


@pytest.mark.parametrize(
    "cron",
    ["0 9 1 * 1", "0 9 * 3 *", "0 9-17 * * *", "0 9 * * 1#2", "0 9 * * 5-1", "0,30 9 * * *", "nonsense", "", "0 9 32 * *", "99 * * * *"],
)  # fmt: skip
def test_what_is_not_ordinary_is_left_to_others(cron: str) -> None:
    assert cron_words(cron) == ""


def trigger(kind: str, **config: Any) -> dict[str, Any]:
    return {"key": "t", "type": f"trigger.{kind}", "config": config}


@pytest.mark.parametrize(
    ("nodes", "words", "icon"),
    [
        ([], "No trigger yet", "circle-dashed"),
        ([trigger("schedule", cron="0 9 * * 1-5", timezone="Europe/Paris")], "Weekdays 09:00 Europe/Paris", "calendar-clock"),
        ([trigger("schedule", cron="*/5 * * * *", timezone="Europe/Paris")], "Every 5 minutes", "calendar-clock"),
        ([trigger("schedule", every_minutes=10)], "Every 10 minutes", "calendar-clock"),
        ([trigger("schedule", at="2026-12-24T18:00:00", timezone="Europe/Berlin")], "Once, 24 Dec 2026 18:00 Europe/Berlin", "calendar-clock"),
        ([trigger("schedule", at="")], "Once, at a moment that is not set yet", "calendar-clock"),
        ([trigger("schedule")], "On a schedule that is not set yet", "calendar-clock"),
        ([trigger("customerio_event", events=["email_opened", "email_clicked"])], "On email_opened, email_clicked", "mail-check"),
        ([trigger("webhook"), trigger("manual")], "When its address is called; By hand or API", "webhook"),
        ([{"key": "t", "type": "trigger.schedule", "config": None}], "On a schedule that is not set yet", "calendar-clock"),
    ],
)  # fmt: skip
def test_what_starts_a_flow(nodes: list[dict[str, Any]], words: str, icon: str) -> None:
    assert starting_words(nodes) == (words, icon)


def test_a_schedule_out_of_the_ordinary_is_told_at_length() -> None:
    words, _ = starting_words([trigger("schedule", cron="0 9 * 3 *", timezone="UTC")])

    assert "March" in words and words.endswith("UTC")
