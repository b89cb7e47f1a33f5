"""When to try again."""

from datetime import UTC, datetime, timedelta

import pytest

from helix.engine.outcomes import Deferred, Doubted, Failed, Told, Trouble
from helix.engine.retry import Policy, after_trouble

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def outcome(kind: str, *, effect: str = "A", attempt: int = 1, sent: bool = True, asked: float | None = None) -> object:
    trouble = Trouble(kind, "It went wrong.", sent=sent, retry_after=asked)
    return after_trouble(trouble, policy=Policy(), attempt=attempt, effect=effect, now=NOW, told=Told())


@pytest.mark.parametrize("kind", ["network", "rate_limited", "server_error", "bad_answer"])
def test_a_passing_trouble_of_a_repeatable_call_is_tried_again(kind: str) -> None:
    assert isinstance(outcome(kind), Deferred)


@pytest.mark.parametrize("kind", ["unauthorized", "refused", "not_found", "invalid_input", "too_large", "missing_key"])
def test_a_lasting_trouble_fails_at_once(kind: str) -> None:
    assert isinstance(outcome(kind), Failed)


def test_the_last_attempt_is_not_followed_by_another() -> None:
    assert isinstance(outcome("network", attempt=4), Deferred)
    assert isinstance(outcome("network", attempt=5), Failed)


@pytest.mark.parametrize("effect", ["C", "D"])
@pytest.mark.parametrize("kind", ["network", "server_error", "bad_answer"])
def test_a_call_that_must_not_be_repeated_is_left_to_a_person_when_it_may_have_arrived(effect: str, kind: str) -> None:
    assert isinstance(outcome(kind, effect=effect), Doubted)


def test_a_call_that_surely_was_not_sent_may_be_repeated_whatever_its_effect() -> None:
    assert isinstance(outcome("network", effect="C", sent=False), Deferred)
    assert isinstance(outcome("rate_limited", effect="C"), Deferred)


@pytest.mark.parametrize(("asked", "pause"), [(7.0, 7), (99_999.0, 3600), (0.0, 0)])
def test_the_pause_that_the_service_asks_for_is_obeyed_up_to_an_hour(asked: float, pause: float) -> None:
    deferred = outcome("rate_limited", asked=asked)

    assert isinstance(deferred, Deferred)
    assert deferred.until == NOW + timedelta(seconds=pause)


@pytest.mark.parametrize(("attempt", "most"), [(1, 2), (2, 4), (3, 8), (20, 300)])
def test_pauses_grow_and_never_exceed_the_cap(attempt: int, most: float) -> None:
    pauses = [Policy().pause(attempt) for _ in range(200)]

    assert max(pauses) <= most
    assert max(pauses) > most / 2
    assert min(pauses) >= 0
