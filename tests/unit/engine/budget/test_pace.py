"""From a service's rate to the pace that is kept."""

import pytest

from helix.engine.budget.calling import Calling, limit_class
from helix.engine.budget.pace import Pace, weight
from helix.ids import new_id
from integrations.catalog import CUSTOMERIO
from integrations.kit.limits import Rate
from tests.unit.engine.budget.world import World

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

RATES = [Rate(10, 1, hard=True), Rate(3000, 3), Rate(100, 10), Rate(20, 60)]


@pytest.mark.parametrize("rate", RATES)
def test_no_window_ever_holds_more_calls_than_allowed(rate: Rate) -> None:
    world = World(Pace.of(rate))
    world.arrive("a", 3 * rate.calls, per_second=20_000)
    world.arrive("a", 3 * rate.calls, at=rate.seconds * 10, per_second=20_000)  # after a rest

    world.go()

    assert len(world.calls) == 6 * rate.calls
    assert world.most_within(rate.seconds) <= rate.calls + 1  # the one at the window's very edge
    assert world.most_within(rate.seconds * 0.999) <= rate.calls


def test_a_hard_rate_is_kept_evenly_so_that_a_late_call_does_no_harm() -> None:
    pace = Pace.of(Rate(10, 1, hard=True))

    assert pace.gap == pytest.approx(0.105)
    assert pace.slack == 0


def test_broadcasts_are_slow_and_the_others_are_not() -> None:
    slow = {key for key, action in ACTIONS.items() if Pace.of(action.pace).slow}

    assert slow == {"customerio.trigger_broadcast"}


def test_broadcasts_have_an_allowance_of_their_own_and_share_the_key_of_their_api() -> None:
    action = ACTIONS["customerio.trigger_broadcast"]

    made = Calling(new_id(), new_id(), limit_class(action), action.pace, new_id())

    assert (made.limit_class, made.family) == ("app.broadcasts", "app")
    assert limit_class(ACTIONS["customerio.get_segments"]) == "app"


def test_processes_that_cannot_agree_use_half_the_pace_together() -> None:
    alone = Pace.of(Rate(10, 1, hard=True)).shared_by(4)

    assert 4 / alone.gap == pytest.approx(10 / 1.05 / 2)


def test_the_urgent_get_more_turns_and_the_others_still_some() -> None:
    assert weight(-1) > weight(0) > weight(1) > 0
