"""The table of moves."""

import pytest

from helix.engine.states import FINAL_STEP_STATES, MOVES, StepState, move


def test_nothing_leaves_a_final_state() -> None:
    assert not [source for source, _ in MOVES if source in FINAL_STEP_STATES]


def test_every_state_but_the_first_can_be_reached() -> None:
    assert set(MOVES.values()) == set(StepState) - {StepState.PENDING}


def test_a_move_that_is_not_in_the_table_cannot_happen() -> None:
    with pytest.raises(KeyError):
        move(StepState.SUCCEEDED, "claimed")
