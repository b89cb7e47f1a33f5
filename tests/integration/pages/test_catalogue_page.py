"""The catalogue: a page for everything that a flow can hold or begin with."""

import pytest

from helix.flows.steps import STEP_TYPES
from integrations.catalog import CUSTOMERIO
from integrations.customerio.hooks import EVENTS
from tests.integration.pages.conftest import SignIn, World

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}


def test_every_step_type_has_a_page_with_each_of_its_fields(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    for kind in STEP_TYPES.values():
        page = carol.get(world.at(f"catalogue/{kind.key}/")).content.decode()

        assert kind.title in page
        assert all(f"<code>{name}</code>" in page for name in kind.input_schema["properties"]), kind.key


def test_every_event_has_a_page(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    statuses = {carol.get(world.at(f"catalogue/events/{name}/")).status_code for name in EVENTS}

    assert statuses == {200}


def test_the_list_links_to_all_of_them(world: World, as_: SignIn) -> None:
    page = as_("carol").get(world.at("catalogue/")).content.decode()

    offered = [step for step in STEP_TYPES.values() if not step.hidden]
    assert page.count("data-entry") - 1 == len(offered) + len(EVENTS)  # the search field names it, too
    assert f"All {len(ACTIONS)} Customer.io actions" in page


@pytest.mark.parametrize("path", ["customerio.nothing/", "events/nothing/"])
def test_what_is_not_in_it_is_not_found(world: World, as_: SignIn, path: str) -> None:
    assert as_("carol").get(world.at(f"catalogue/{path}")).status_code == 404


def test_a_wide_action_says_whom_it_hits_and_how_safe_a_repeat_is(world: World, as_: SignIn) -> None:
    page = as_("carol").get(world.at("catalogue/customerio.trigger_broadcast/")).content.decode()

    assert "Think before you use it" in page
    assert "Never repeated by itself" in page
    assert "At most one of recipients, ids, emails, per_user_data and data_file_url may be given." in page
    assert "1 call in 10 seconds" in page
