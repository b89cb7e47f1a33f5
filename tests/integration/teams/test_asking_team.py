"""A team that opens with a second factor only."""

from collections.abc import Callable

import pytest
from django.test import Client

from helix.audit.models import Entry
from helix.teams.keys import make_token
from helix.teams.roles import Role
from helix.teams.second_factor import NoSecondFactor, demand_second_factor, people_without
from tests.integration.teams.conftest import App, People, code_of, sign_in

TurnOn = Callable[[Client], App]


@pytest.fixture
def ada(people: People, turn_on: TurnOn) -> Client:
    """Ada's browser; she has a second factor."""
    client = Client()
    sign_in(client, people.ada)
    turn_on(client)
    return client


def test_who_has_none_cannot_ask_it_of_others(people: People) -> None:
    client = Client()
    sign_in(client, people.ada)

    with pytest.raises(NoSecondFactor, match="your own second factor first"):
        demand_second_factor(people.team, people.ada, on=True)
    told = client.post(people.at("second-factor/"), {"on": "true"}, follow=True).content.decode()

    assert "Set up your own second factor first" in told
    people.team.refresh_from_db()
    assert not people.team.needs_second_factor


def test_members_without_one_are_led_to_set_it_up_and_back(people: People, ada: Client, turn_on: TurnOn) -> None:
    ada.post(people.at("second-factor/"), {"on": "true"})
    bob = Client(headers={"accept": "text/html"})
    sign_in(bob, people.bob)

    led = bob.get(people.at("runs/"))
    page = bob.get(led.headers["Location"]).content.decode()
    json = bob.get(people.at("flows/"), headers={"accept": "application/json"})
    sent = bob.post(people.at("flows/new/"))

    assert led.headers["Location"] == "/account/second-factor/?next=%2Ft%2Fours%2Fruns%2F"
    assert "Ours opens with a second factor only" in page
    assert (json.status_code, json.json()["error"]["code"]) == (403, "second_factor_needed")
    assert sent.headers["Location"].startswith("/account/second-factor/")

    turn_on(bob)
    assert bob.get(people.at("runs/")).status_code == 200


def test_what_one_wanted_is_the_way_on_after_the_codes(people: People) -> None:
    bob = Client()
    sign_in(bob, people.bob)
    wanted = people.at("runs/")
    page = bob.get("/account/second-factor/", {"next": wanted}).content.decode()
    secret = page.partition("<code>")[2].partition("</code>")[0].replace(" ", "")

    bob.post("/account/second-factor/", {"code": code_of(secret), "next": wanted})

    assert f'href="{wanted}">I have kept them' in bob.get("/account/second-factor/codes/").content.decode()


def test_turned_off_again_the_person_is_led_to_it_again(people: People, ada: Client) -> None:
    demand_second_factor(people.team, people.ada, on=True)

    ada.post("/account/second-factor/off/")

    assert ada.get(people.at("flows/")).headers["Location"].startswith("/account/second-factor/")


def test_tokens_work_as_before(people: People, ada: Client) -> None:
    key = make_token(people.team, people.bob, Role.VIEWER, "reader")
    demand_second_factor(people.team, people.ada, on=True)

    assert Client().get("/api/v1/flows", headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_strangers_learn_nothing_of_it(people: People, ada: Client) -> None:
    demand_second_factor(people.team, people.ada, on=True)
    nora = Client()
    sign_in(nora, people.nora)

    assert nora.get(people.at("flows/")).status_code == 404


def test_the_switch_is_noted_and_says_whom_it_concerns(people: People, ada: Client) -> None:
    assert [each.email for each in people_without(people.team)] == ["bob@ours.example"]
    assert "bob@ours.example" in ada.get(people.at("second-factor/")).content.decode()

    assert demand_second_factor(people.team, people.ada, on=True)
    assert not demand_second_factor(people.team, people.ada, on=True)
    assert demand_second_factor(people.team, people.ada, on=False)

    found = Entry.objects.filter(act="team.second_factor_demanded").order_by("number")
    assert [(each.before, each.after) for each in found] == [("off", "on"), ("on", "off")]
