"""Every page and every act, tried by each role, by a stranger, and by somebody who is signed out."""

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from tests.integration.pages.conftest import SignIn, World

MEMBERS = ("carol", "olga", "bob", "alice")  # viewer, operator, editor, owner
PAGES = {
    "flows:list": "carol",
    "flows:jump": "carol",
    "runs:list": "carol",
    "runs:attention": "carol",
    "runs:attention_count": "carol",
    "runs:bulk_list": "carol",
    "runs:bulk": "carol",
    "runs:run": "carol",
    "runs:timeline": "carol",
    "runs:state": "carol",
    "runs:step": "carol",
    "runs:download": "olga",
    "connections:list": "carol",
    "catalogue:list": "carol",
    "sandbox:page": "olga",
    "sandbox:requests": "olga",
}
ACTS = {
    "flows:new": "bob",
    "flows:switch": "bob",
    "flows:rename": "bob",
    "flows:delete": "bob",
    "runs:of_person": "olga",
    "runs:search": "carol",
    "runs:bulk_ask": "olga",
    "runs:bulk_begin": "olga",
    "runs:bulk_stop": "olga",
    "runs:answer_all": "olga",
    "runs:newest": "olga",
    "runs:cancel": "olga",
    "runs:again": "olga",
    "runs:go_on": "olga",
    "runs:approve": "olga",
    "runs:resolve": "olga",
    "connections:connect": "alice",
    "connections:sandbox": "alice",
    "connections:change": "alice",
    "connections:test": "alice",
    "connections:caps": "alice",
    "connections:rotation": "alice",
    "connections:grants": "alice",
    "connections:remove": "alice",
    "connections:receive": "alice",
    "connections:again": "olga",
    "sandbox:faults": "olga",
    "sandbox:behaviour": "olga",
    "sandbox:reset": "olga",
    "sandbox:clear": "olga",
    "sandbox:webhook": "olga",
}


TEAM_WIDE = (
    "list",
    "of_person",
    "search",
    "bulk_list",
    "bulk_ask",
    "bulk_begin",
    "answer_all",
    "attention",
    "attention_count",
)
"""Addresses of runs that name none."""


def address(world: World, name: str) -> str:
    given: dict[str, object] = {"team": world.team.slug}
    room, _, what = name.partition(":")
    if room == "flows" and what in ("switch", "rename", "delete"):
        given["flow_id"] = world.flow.pk
    if what in ("bulk", "bulk_stop"):
        given["action_id"] = world.action().pk
    elif room == "runs" and what not in TEAM_WIDE:
        given["run_id"] = world.run.pk
    if what in ("step", "resolve", "approve"):
        given["step_id"] = world.step().pk
    if what == "download":
        given |= {"step_id": world.step("by_hand").pk, "part": "output"}
    if room == "connections" and what not in ("list", "connect", "sandbox"):
        given["connection_id"] = world.connection.pk
    if name == "connections:again":
        given["delivery_id"] = world.delivery().pk
    return reverse(name, kwargs=given)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", MEMBERS)
def test_a_page_answers_those_who_may_see_it(world: World, as_: SignIn, no_sandbox: None, name: str, who: str) -> None:
    allowed = MEMBERS.index(who) >= MEMBERS.index(PAGES[name])

    answer = as_(who).get(address(world, name))

    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", MEMBERS)
def test_an_act_is_refused_to_those_who_may_not(
    world: World, as_: SignIn, no_sandbox: None, name: str, who: str
) -> None:
    allowed = MEMBERS.index(who) >= MEMBERS.index(ACTS[name])

    answer = as_(who).post(address(world, name))

    assert (answer.status_code != 403) == allowed
    assert answer.status_code < 500


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_meets_404_on_a_page(world: World, as_: SignIn, name: str) -> None:
    assert as_("mallory").get(address(world, name)).status_code == 404


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_meets_404_on_an_act(world: World, as_: SignIn, name: str) -> None:
    assert as_("mallory").post(address(world, name)).status_code == 404


OF_ONE_TEAM = [
    name
    for name in (*PAGES, *ACTS)
    if name.partition(":")[2] in ("run", "timeline", "state", "step", "cancel", "again", "resolve")
]


@pytest.mark.parametrize("name", OF_ONE_TEAM)
def test_the_things_of_one_team_are_not_found_below_another(world: World, as_: SignIn, name: str) -> None:
    theirs = address(world, name).replace(f"/t/{world.team.slug}/", f"/t/{world.team.slug}-elsewhere/")
    mallory = as_("mallory")

    assert {mallory.get(theirs).status_code, mallory.post(theirs).status_code} <= {404, 405}


@pytest.mark.parametrize("name", PAGES)
def test_somebody_who_is_signed_out_is_led_to_the_door_and_back(world: World, as_: SignIn, name: str) -> None:
    answer = as_("nobody").get(address(world, name))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/t/")


@pytest.mark.parametrize("name", ACTS)
def test_an_act_takes_no_get(world: World, as_: SignIn, name: str) -> None:
    assert as_("alice").get(address(world, name)).status_code == 405


def test_an_act_without_the_csrf_token_is_refused_with_a_page_that_says_what_to_do(world: World, as_: SignIn) -> None:
    client = as_("bob")
    client.handler.enforce_csrf_checks = True

    answer = client.post(world.at("flows/new/"), {"name": "Forged"})

    assert answer.status_code == 403
    assert "older visit" in answer.content.decode()


def test_a_defect_gives_a_page_that_needs_nothing_and_says_what_to_do() -> None:
    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "Your flows and runs are not touched" in answer.content.decode()


def test_pages_that_are_not_there_lead_back(world: World, as_: SignIn) -> None:
    answer = as_("carol").get(world.at("nowhere/"))

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
