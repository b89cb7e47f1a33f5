"""A long list that is only named is passed on, not copied; anything made of it is a value of its own."""

from typing import Any

from helix.expressions.evaluate import LONG, evaluate

ROWS = [{"n": n} for n in range(LONG + 1)]
SCOPE: dict[str, Any] = {"trigger": {"rows": ROWS, "few": ROWS[:3]}}


def test_a_long_list_is_the_very_list() -> None:
    assert evaluate("{{ trigger.rows }}", SCOPE) is ROWS


def test_a_short_one_and_what_a_filter_makes_are_copies() -> None:
    few = evaluate("{{ trigger.few }}", SCOPE)
    assert few == ROWS[:3]
    assert few is not SCOPE["trigger"]["few"]
    first = evaluate("{{ trigger.rows | reverse }}", SCOPE)
    assert isinstance(first, list)
    assert first[0] == ROWS[-1]
    assert ROWS[0] == {"n": 0}
