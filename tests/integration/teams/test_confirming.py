"""Confirming who one is: asked 15 minutes after signing in, by password, code, a first password or a fresh link."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from helix.teams.keys import make_link
from tests.integration.teams.conftest import GOOD, App, People, code_of, sign_in

GUARDED, CONFIRM = "/account/second-factor/", "/account/confirm/"
Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(1_900_000_005, tick=False) as clock:
        yield clock


@pytest.fixture
def bob(people: People) -> Client:
    client = Client()
    sign_in(client, people.bob)
    return client


def test_it_is_not_asked_right_after_signing_in_and_then_every_fifteen_minutes(people: People, clock: Clock) -> None:
    client = Client()
    sign_in(client, people.bob)
    statuses = []
    for minutes in (14, 2):
        clock.shift(minutes * 60)
        statuses.append(client.get(GUARDED).status_code)
    client.post(CONFIRM, {"password": GOOD})
    statuses.append(client.get(GUARDED).status_code)
    clock.shift(16 * 60)
    statuses.append(client.get(GUARDED).status_code)

    assert statuses == [200, 302, 200, 302]


def test_the_right_password_leads_on_and_a_wrong_one_does_not(people: People, clock: Clock, bob: Client) -> None:
    clock.shift(1000)

    asked = bob.get(GUARDED)
    wrong = bob.post(CONFIRM, {"password": "wrong", "next": GUARDED})
    right = bob.post(CONFIRM, {"password": GOOD, "next": GUARDED})

    assert asked.headers["Location"] == f"{CONFIRM}?next=%2Faccount%2Fsecond-factor%2F"
    assert wrong.status_code == 422 and "That is not your password." in wrong.content.decode()
    assert right.headers["Location"] == GUARDED


def test_a_code_confirms_once(people: People, clock: Clock, bob: Client, turn_on: Callable[[Client], App]) -> None:
    app = turn_on(bob)
    clock.shift(1000)
    code = code_of(app.secret)

    first = bob.post(CONFIRM, {"code": code})
    clock.shift(20)
    again = bob.post(CONFIRM, {"code": code})

    assert (first.status_code, again.status_code) == (302, 422)


def test_guesses_at_the_password_are_stopped(people: People, clock: Clock, bob: Client) -> None:
    clock.shift(1000)

    answers = [bob.post(CONFIRM, {"password": f"guess {n}"}).content.decode() for n in range(7)]

    assert "That is not your password" in answers[4] and "Too many" in answers[6]


def test_it_never_leads_to_another_site(people: People, bob: Client) -> None:
    for wanted in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert bob.post(CONFIRM, {"password": GOOD, "next": wanted}).headers["Location"] == "/"


def test_what_was_sent_is_not_done_and_one_is_led_back_to_the_page(people: People, clock: Clock, bob: Client) -> None:
    clock.shift(1000)

    answer = bob.post(
        "/account/email/", {"email": "new@ours.example"}, headers={"referer": "http://testserver/account/"}
    )
    json = bob.post("/account/email/", {"email": "new@ours.example"}, headers={"accept": "application/json"})
    htmx = bob.post("/account/email/", {"email": "new@ours.example"}, headers={"hx-request": "true"})

    assert answer.headers["Location"] == f"{CONFIRM}?next=%2Faccount%2F"
    assert (json.status_code, json.json()["error"]["code"]) == (403, "confirm_first")
    assert htmx.headers["HX-Redirect"].startswith(CONFIRM)
    assert "Nothing was changed yet" in bob.get(CONFIRM).content.decode()


def test_who_has_neither_password_nor_factor_sets_a_password_and_goes_on(people: People, clock: Clock) -> None:
    people.bob.set_unusable_password()
    people.bob.save()
    client = Client()
    client.get(f"/sign-in/{make_link(people.bob)}/")
    clock.shift(1000)

    page = client.get(CONFIRM, {"next": GUARDED}).content.decode()
    answer = client.post("/account/password/", {"new": "another good one"})

    assert "Set a password" in page and "manage.py signin_link" in page
    assert answer.headers["Location"] == GUARDED
    assert client.get(GUARDED).status_code == 200


def test_a_fresh_link_confirms_as_well_and_leads_on(people: People, clock: Clock, bob: Client) -> None:
    clock.shift(1000)
    bob.get(CONFIRM, {"next": GUARDED})

    answer = bob.get(f"/sign-in/{make_link(people.bob)}/")

    assert answer.headers["Location"] == GUARDED
    assert bob.get(GUARDED).status_code == 200


def test_who_has_a_factor_does_not_set_a_first_password_without_it(
    people: People, clock: Clock, bob: Client, turn_on: Callable[[Client], App]
) -> None:
    turn_on(bob)
    people.bob.set_unusable_password()
    people.bob.save()
    client = Client()
    client.force_login(people.bob)
    clock.shift(1000)

    assert client.post("/account/password/", {"new": "another good one"}).headers["Location"].startswith(CONFIRM)
    people.bob.refresh_from_db()
    assert not people.bob.has_usable_password()


@pytest.mark.parametrize("path", [GUARDED, "/account/second-factor/codes/"])
def test_pages_that_ask(people: People, clock: Clock, bob: Client, path: str) -> None:
    clock.shift(1000)

    assert bob.get(path).headers["Location"].startswith(CONFIRM)


def test_the_switch_of_a_team_asks(people: People, clock: Clock) -> None:
    ada = Client()
    sign_in(ada, people.ada)
    clock.shift(1000)

    assert ada.get(people.at("second-factor/")).headers["Location"].startswith(CONFIRM)


def test_the_file_of_the_audit_log_asks(people: People, clock: Clock) -> None:
    ada = Client()
    sign_in(ada, people.ada)
    before = ada.post(people.at("audit/export/")).status_code
    clock.shift(1000)

    assert (before, ada.post(people.at("audit/export/")).headers["Location"]) == (200, f"{CONFIRM}?next=%2F")
